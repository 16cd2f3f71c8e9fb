// SPDX-License-Identifier: MIT
// expect: a coroutine stays in its process: send what it needs and start it there
#include <brood/serialization.hpp>

#include <coroutine>

void check() { brood::detail::require_serializable<std::coroutine_handle<>>(); }
