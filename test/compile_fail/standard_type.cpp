// SPDX-License-Identifier: MIT
// expect: this standard type holds what belongs to one process or cannot be taken apart: send what it is made from
// expect: mersenne_twister_engine
#include <brood/serialization.hpp>

#include <random>

void check() { brood::detail::require_serializable<std::mt19937>(); }
