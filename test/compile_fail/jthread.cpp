// SPDX-License-Identifier: MIT
// expect: a thread stays in its process
// expect: std::jthread
#include <brood/serialization.hpp>

#include <thread>

void check() { brood::detail::require_serializable<std::jthread>(); }
