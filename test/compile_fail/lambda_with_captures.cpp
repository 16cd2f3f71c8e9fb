// SPDX-License-Identifier: MIT
// expect: a lambda with captures cannot be sent: pass the values as arguments, or write a struct with operator\(\)
// expect: lambda
#include <brood/serialization.hpp>

inline auto counting_from(int start) {
    return [start] { return start + 1; };
}
void check() { brood::detail::require_serializable<decltype(counting_from(1))>(); }
