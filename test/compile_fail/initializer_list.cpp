// SPDX-License-Identifier: MIT
// expect: a std::initializer_list does not own its elements: use std::vector
#include <brood/serialization.hpp>

#include <initializer_list>

void check() { brood::detail::require_serializable<std::initializer_list<int>>(); }
