// SPDX-License-Identifier: MIT
#include "platform/windows/winsock.hpp"

#include <algorithm>

namespace brood::platform::windows {

void start_sockets() {
    static const int error = [] {
        WSADATA ignored;
        return WSAStartup(MAKEWORD(2, 2), &ignored);
    }();
    if (error != 0) throw_error(static_cast<DWORD>(error), "WSAStartup");
}

void throw_socket_error(const char* what) { throw_error(static_cast<DWORD>(WSAGetLastError()), what); }

bool poll_sockets(std::span<WSAPOLLFD> sockets, const deadline& until) {
    for (;;) {
        // An hour at a time: the function counts in signed milliseconds.
        const DWORD left = std::min<DWORD>(milliseconds_until(until), 3'600'000);
        const int ready = WSAPoll(sockets.data(), static_cast<ULONG>(sockets.size()), static_cast<INT>(left));
        if (ready == SOCKET_ERROR) throw_socket_error("WSAPoll");
        if (ready > 0) return true;
        if (passed(until)) return false;
    }
}

// A socket that is connected with itself: what it sends makes it readable.
socket_waker::socket_waker() : socket_(WSASocketW(AF_INET, SOCK_DGRAM, 0, nullptr, 0, WSA_FLAG_NO_HANDLE_INHERIT)) {
    if (!socket_) throw_socket_error("WSASocketW");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int size = sizeof address;
    auto* const at = reinterpret_cast<sockaddr*>(&address);
    if (bind(socket_.get(), at, size) != 0 || getsockname(socket_.get(), at, &size) != 0 ||
        connect(socket_.get(), at, size) != 0)
        throw_socket_error("a socket to wake by");
}

void socket_waker::wake() noexcept { send(socket_.get(), "", 1, 0); }

}  // namespace brood::platform::windows
