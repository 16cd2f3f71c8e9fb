// SPDX-License-Identifier: MIT
// expect: a lock of threads means nothing in another process
// expect: std::condition_variable
#include <brood/serialization.hpp>

#include <condition_variable>

void check() { brood::detail::require_serializable<std::condition_variable>(); }
