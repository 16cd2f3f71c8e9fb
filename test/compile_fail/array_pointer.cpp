// SPDX-License-Identifier: MIT
// expect: a pointer to an array does not know its length: use std::vector
#include <brood/serialization.hpp>

#include <memory>

void check() { brood::detail::require_serializable<std::unique_ptr<int[]>>(); }
