// SPDX-License-Identifier: MIT
// expect: takes a reference to non-const, but what it changed would be lost
#include <brood/brood.hpp>

#include <vector>

struct device {
    void read(std::vector<int>& into);
};
void check(const brood::proxy<device>& d, std::vector<int>& into) { d.call<&device::read>(into); }
