// SPDX-License-Identifier: MIT
// expect: a lock of threads means nothing in another process
// expect: unique_lock
#include <brood/serialization.hpp>

#include <mutex>

void check() { brood::detail::require_serializable<std::unique_lock<std::mutex>>(); }
