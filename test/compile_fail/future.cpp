// SPDX-License-Identifier: MIT
// expect: a future or promise joins threads of one process: send its value, or use brood::async
// expect: future<int>
#include <brood/serialization.hpp>

#include <future>

void check() { brood::detail::require_serializable<std::future<int>>(); }
