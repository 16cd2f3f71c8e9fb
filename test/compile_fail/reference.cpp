// SPDX-License-Identifier: MIT
// expect: a reference cannot cross to another process
// expect-g++: "int&: a reference
// expect-clang: int &
#include <brood/serialization.hpp>

void check() { brood::detail::require_serializable<int&>(); }
