// SPDX-License-Identifier: MIT
// expect: a pointer to a data member cannot be sent: use a lambda without captures
#include <brood/serialization.hpp>

struct point {
    int x;
};
void check() { brood::detail::require_serializable<int point::*>(); }
