// SPDX-License-Identifier: MIT
// expect: a lambda with captures cannot be sent: pass the values as arguments
// expect: target_itself
#include <brood/brood.hpp>

void check(int number) {
    brood::process p([number] { return number; });
}
