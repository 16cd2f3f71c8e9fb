// SPDX-License-Identifier: MIT
// expect: it has a base class with data: give it a serialize\(archive\) that names the base and its own members
// expect: derived
#include <brood/serialization.hpp>

struct base {
    int id;
};
struct derived : base {
    int value;
};
void check() { brood::detail::require_serializable<derived>(); }
