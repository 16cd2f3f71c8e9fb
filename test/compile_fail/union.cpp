// SPDX-License-Identifier: MIT
// expect: a union does not say which member it holds: use std::variant
// expect-g++: holder::value \(either\)
// expect-clang: holder, .*"value".*either
#include <brood/serialization.hpp>

union either {
    int number;
    float real;
};
struct holder {
    either value;
};
void check() { brood::detail::require_serializable<holder>(); }
