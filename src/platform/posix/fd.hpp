// SPDX-License-Identifier: MIT
// Small tools that the POSIX files share: error reporting, and which descriptors are brood's own.
#pragma once

#include "platform/platform.hpp"

#include <cerrno>

namespace brood::platform::posix {

// Throws std::system_error for errno.
[[noreturn]] void throw_errno(const char* what);
[[noreturn]] void throw_error(int code, const char* what);

// Calls `call` again while a signal interrupts it.
template <class Call>
auto retry(Call call) {
    auto result = call();
    while (result == -1 && errno == EINTR) result = call();
    return result;
}

// Takes a fresh descriptor out of the range of the standard streams; throws (and closes it) if that fails.
unique_handle above_stdio(int fd);

// Marks a descriptor as brood's own: a forked child closes it before it runs user code, because a copy there would
// hide the death of this process from others. close_handle() takes the mark away. Where other threads may fork, a
// fork_exclusion lives from before the descriptor is made until it is marked.
unique_handle own(unique_handle fd) noexcept;
bool is_owned(int fd) noexcept;
// In a forked child: closes all marked descriptors. Async-signal-safe.
void close_owned() noexcept;

// Gives a descriptor a number above `highest`, with its mark; written once per system for the watched lifeline.
void move_above(unique_handle& fd, int highest);
void move_lifeline_above(int highest);

// Milliseconds for poll(): -1 for ever, else rounded up.
int poll_timeout(const deadline& until) noexcept;

// Opens a waitable handle of a living or unreaped process; written once per system (pidfd, kqueue).
unique_handle open_process(process_id pid);
// The same for a child that this process has just made; if it cannot be held it is ended.
unique_handle hold_child(process_id pid);

// Takes the mark away, so that a forked child keeps the descriptor.
void disown(int fd) noexcept;
void own_again(int fd) noexcept;

// Address space that the session's memory takes in this process; not the program's doing.
std::uint64_t mapped_session_bytes() noexcept;

// Installs, once, the fork handlers: they wait for every fork_exclusion, and close owned descriptors in the child.
void install_fork_handler();

}  // namespace brood::platform::posix
