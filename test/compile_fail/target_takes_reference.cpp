// SPDX-License-Identifier: MIT
// expect: the target takes a reference to non-const, but what it changed would be lost
// expect: Take the argument by value or const reference and return the result
#include <brood/brood.hpp>

void fill(int& into);
void check() { brood::process p(fill, 1); }
