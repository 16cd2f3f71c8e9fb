// SPDX-License-Identifier: MIT
// What a port supplies so that handles wait for processes which are not known yet: one process of a session, the
// keeper, holds them. The rules of platform.hpp hold here too.
#pragma once

#include "platform/platform.hpp"

#include <cstdint>

namespace brood::platform {

// The keeper as its session knows it.
struct handle_keeper {
    process_id process = 0;
    handle_t way = no_handle();  // POSIX: leads to it; borrowed
};

// A handle that is kept. Names are never used twice in a session.
struct kept_handle {
    std::uint64_t name = 0;
    std::uint64_t value = 0;  // in the keeper's own table of handles; Windows only
};

// Makes this process the keeper, to its end, and gives the way to it for all others; empty where none is needed
// (Windows). POSIX: on a thread of brood's own; the way stays open in forked children, and what is kept does not.
unique_handle start_keeping_handles();

// Has a second handle of the same object kept under `what.name`, and sets `what.value`. Blocks until it is. Throws
// std::system_error: of this process, or std::errc::too_many_files_open when the keeper can hold no more,
// std::errc::owner_dead when it has ended. Windows: when this process is killed in between, the keeper holds it on.
void keep_handle(const handle_keeper& keeper, kept_handle& what, handle_t handle);
// A handle of what is kept; it stays kept.
unique_handle fetch_handle(const handle_keeper& keeper, const kept_handle& what);
// It is kept no more; without effect when it was not. POSIX: also when it is said twice.
void drop_handle(const handle_keeper& keeper, const kept_handle& what) noexcept;
#if defined(_WIN32)
inline constexpr bool dropping_twice_is_harmless = false;
#else
inline constexpr bool dropping_twice_is_harmless = true;
#endif

}  // namespace brood::platform
