// SPDX-License-Identifier: MIT
// The process that removes the named memory of a session when all of the session has ended.
#pragma once

#include "platform/platform.hpp"

namespace brood::detail {

// The note of a process that is to be the watcher.
inline constexpr const char* memory_watcher_note = "memory-watcher";

// In init(): becomes the watcher that this process was started to be.
[[noreturn]] void run_memory_watcher(platform::bootstrap bootstrap);

// Sees to it that this process's session is watched: starts a watcher when there is none. Where that cannot be (init
// was never called, or the system refuses), the session's first process still removes its memory at exit, and the next
// program of brood's what a killed one left. Blocks for about as long as a spawn when it has to start one.
void watch_this_session() noexcept;

// Once in a process: removes what ended sessions left.
void end_dead_sessions_once() noexcept;

// At the very end of a process: removes what its session left, if it is the first of it.
void end_this_session() noexcept;

}  // namespace brood::detail
