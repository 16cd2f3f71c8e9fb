// SPDX-License-Identifier: MIT
// Sockets of Windows: a library of their own, which must be started, over handles of the system. Include it first.
#pragma once

#undef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/windows/win32.hpp"

namespace brood::platform::windows {

// Before the first use of a socket, also of one that came from another process.
void start_sockets();
[[noreturn]] void throw_socket_error(const char* what);

inline SOCKET to_socket(HANDLE handle) noexcept { return reinterpret_cast<SOCKET>(handle); }
inline HANDLE to_handle(SOCKET socket) noexcept { return reinterpret_cast<HANDLE>(socket); }

// Owns a socket.
class unique_socket {
public:
    unique_socket() noexcept = default;
    explicit unique_socket(SOCKET socket) noexcept : socket_(socket) {}
    unique_socket(unique_socket&& other) noexcept : socket_(other.release()) {}
    unique_socket& operator=(unique_socket&&) = delete;
    ~unique_socket() {
        if (*this) closesocket(socket_);
    }
    SOCKET get() const noexcept { return socket_; }
    explicit operator bool() const noexcept { return socket_ != INVALID_SOCKET; }
    SOCKET release() noexcept { return std::exchange(socket_, INVALID_SOCKET); }

private:
    SOCKET socket_ = INVALID_SOCKET;
};

// Waits until one of the sockets can be read, or written to where `events` says so: true, with the events of each set;
// false when the time was over first.
bool poll_sockets(std::span<WSAPOLLFD> sockets, const deadline& until);

// Wakes somebody who waits for a number of sockets.
class socket_waker {
public:
    socket_waker();
    SOCKET socket() const noexcept { return socket_.get(); }
    void wake() noexcept;

private:
    unique_socket socket_;
};

}  // namespace brood::platform::windows
