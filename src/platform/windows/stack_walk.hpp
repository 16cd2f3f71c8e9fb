// SPDX-License-Identifier: MIT
#pragma once

#include "platform/windows/win32.hpp"

#include <cstddef>
#include <cstdint>
#include <span>

namespace brood::platform::windows {

// Walks the calling thread's stack from a context in it; the first place is that of the context. Allocates nothing.
// What is outside the thread's stack is not read, so a damaged stack ends the walk.
std::size_t walk_stack(CONTEXT context, std::span<std::uintptr_t> into) noexcept;

}  // namespace brood::platform::windows
