// SPDX-License-Identifier: MIT
// expect: a raw pointer means nothing in another process
// expect: argument_of_target<2>
#include <brood/brood.hpp>

double sum(int count, const double* of);
void check(const double* numbers) { brood::spawn(sum, 2, numbers); }
