// SPDX-License-Identifier: MIT
// What channels and links share: single steps on stream sockets that neither block nor raise signals.
#pragma once

#include "platform/posix/fd.hpp"

#include <sys/socket.h>

namespace brood::platform::posix {

#if defined(MSG_NOSIGNAL)
inline constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
inline constexpr int send_flags = MSG_DONTWAIT;  // SO_NOSIGPIPE is set instead
#endif

inline bool would_block() noexcept { return errno == EAGAIN || errno == EWOULDBLOCK; }
inline bool peer_gone() noexcept { return errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN; }

// A pair of connected sockets, private to this process.
std::pair<unique_handle, unique_handle> make_socket_pair(int type = SOCK_STREAM);
void set_close_on_exec(int fd);
// Makes a fresh socket private to this process, on systems where it is not so from the start; no signals from it.
void harden_socket(int fd);

// Sends what it can of one message; true when something was sent or the peer is gone (`result`).
bool send_some(int fd, const msghdr& message, std::size_t& sent, io_result& result);
// Drops `n` bytes from the front of the vectors.
void advance(msghdr& message, std::size_t n);

}  // namespace brood::platform::posix
