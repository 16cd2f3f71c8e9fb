// SPDX-License-Identifier: MIT
// expect: the target cannot be called with these arguments
#include <brood/brood.hpp>

#include <string>

int length(const std::string& text);
void check() { brood::async(length, 1, 2); }
