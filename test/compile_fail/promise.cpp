// SPDX-License-Identifier: MIT
// expect: a future or promise joins threads of one process
// expect: promise<int>
#include <brood/serialization.hpp>

#include <future>

void check() { brood::detail::require_serializable<std::promise<int>>(); }
