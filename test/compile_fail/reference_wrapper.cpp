// SPDX-License-Identifier: MIT
// expect: std::ref is a reference, which cannot cross to another process: pass the value, or a std::shared_ptr
// expect: reference_wrapper<int>
#include <brood/serialization.hpp>

#include <functional>

void check() { brood::detail::require_serializable<std::reference_wrapper<int>>(); }
