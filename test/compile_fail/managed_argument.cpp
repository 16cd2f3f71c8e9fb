// SPDX-License-Identifier: MIT
// expect: a raw pointer means nothing in another process
// expect: argument_of_target<2>
#include <brood/brood.hpp>

struct device {
    int read(int count, int* into);
};
void check(const brood::proxy<device>& d, int* into) { d.call<&device::read>(1, into); }
