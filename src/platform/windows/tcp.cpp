// SPDX-License-Identifier: MIT
// TCP links.
#include "platform/windows/winsock.hpp"

#include "platform/socket.hpp"

#include <algorithm>
#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

struct free_addresses {
    void operator()(ADDRINFOW* all) const noexcept { FreeAddrInfoW(all); }
};
using addresses = std::unique_ptr<ADDRINFOW, free_addresses>;

addresses look_up(const std::string& host, std::uint16_t port, bool to_listen) {
    start_sockets();
    ADDRINFOW hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = to_listen ? AI_PASSIVE : 0;
    ADDRINFOW* found = nullptr;
    const int error =
        GetAddrInfoW(host.empty() ? nullptr : widen(host).c_str(), std::to_wstring(port).c_str(), &hints, &found);
    if (error != 0) throw_error(static_cast<DWORD>(error), "looking up a host");
    return addresses(found);
}

// Addresses of IPv4 first: it is what CPython uses.
std::vector<const ADDRINFOW*> in_order(const addresses& all) {
    std::vector<const ADDRINFOW*> order;
    for (const bool fourth : {true, false})
        for (const ADDRINFOW* one = all.get(); one != nullptr; one = one->ai_next)
            if ((one->ai_family == AF_INET) == fourth) order.push_back(one);
    return order;
}

unique_socket make_socket(int family) {
    unique_socket socket(
        WSASocketW(family, SOCK_STREAM, IPPROTO_TCP, nullptr, 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT));
    if (!socket) throw_socket_error("WSASocketW");
    return socket;
}

void set_option(SOCKET socket, int level, int option, const char* what) {
    const BOOL on = TRUE;
    if (setsockopt(socket, level, option, reinterpret_cast<const char*>(&on), sizeof on) != 0) throw_socket_error(what);
}

void set_blocking(SOCKET socket, bool blocking) {
    u_long off = blocking ? 0 : 1;
    if (ioctlsocket(socket, static_cast<long>(FIONBIO), &off) != 0) throw_socket_error("FIONBIO");
}

std::uint16_t port_of(SOCKET socket) {
    sockaddr_storage address{};
    int size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) throw_socket_error("getsockname");
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                               : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

link link_over(unique_socket socket) {
    set_blocking(socket.get(), true);
    set_option(socket.get(), IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");
    SetHandleInformation(to_handle(socket.get()), HANDLE_FLAG_INHERIT, 0);
    return {to_handle(socket.release()), link_kind::stream};
}

class tcp_acceptor final : public acceptor {
public:
    explicit tcp_acceptor(unique_socket socket) : socket_(std::move(socket)) {
        set_blocking(socket_.get(), false);
        if (listen(socket_.get(), SOMAXCONN) != 0) throw_socket_error("listen");
    }
    waitable to_wait_for() const override { return {waitable::kind::socket, to_handle(socket_.get())}; }
    link try_accept() override {
        unique_socket accepted(accept(socket_.get(), nullptr, nullptr));
        if (accepted) return link_over(std::move(accepted));
        const int error = WSAGetLastError();
        // A client that left while it waited is nobody.
        if (error == WSAEWOULDBLOCK || error == WSAECONNRESET || error == WSAECONNABORTED) return {};
        throw_error(static_cast<DWORD>(error), "accept");
    }

private:
    unique_socket socket_;
};

unique_socket bind_to(const ADDRINFOW& address) {
    auto socket = make_socket(address.ai_family);
    // Without it another program could listen at the same port.
    set_option(socket.get(), SOL_SOCKET, SO_EXCLUSIVEADDRUSE, "SO_EXCLUSIVEADDRUSE");
    if (bind(socket.get(), address.ai_addr, static_cast<int>(address.ai_addrlen)) != 0) throw_socket_error("bind");
    return socket;
}

// 0 when it is connected, an error when it never will be; nullopt when the deadline came first. `select` tells of a
// failure, WSAPoll does not on every version. It counts in at most some seconds here, so that any time can be waited.
std::optional<int> finish_connecting(SOCKET socket, const deadline& until) {
    for (;;) {
        fd_set connected, failed;
        FD_ZERO(&connected);
        FD_ZERO(&failed);
        FD_SET(socket, &connected);
        FD_SET(socket, &failed);
        const DWORD left = std::min<DWORD>(milliseconds_until(until), 10'000);
        timeval time{static_cast<long>(left / 1000), static_cast<long>(left % 1000 * 1000)};
        const int ready = select(0, nullptr, &connected, &failed, &time);
        if (ready == SOCKET_ERROR) throw_socket_error("select");
        if (ready > 0) break;
        if (passed(until)) return std::nullopt;
    }
    int error = 0, size = sizeof error;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, reinterpret_cast<char*>(&error), &size) != 0)
        throw_socket_error("SO_ERROR");
    return error;
}

std::optional<int> connect_socket(SOCKET socket, const ADDRINFOW& address, const deadline& until) {
    set_blocking(socket, false);
    if (connect(socket, address.ai_addr, static_cast<int>(address.ai_addrlen)) == 0) return 0;
    if (WSAGetLastError() != WSAEWOULDBLOCK) return WSAGetLastError();
    return finish_connecting(socket, until);
}

}  // namespace

}  // namespace windows

using namespace windows;

std::unique_ptr<acceptor> listen_tcp(const std::string& host, std::uint16_t& port) {
    const auto found = look_up(host, port, true);
    auto socket = bind_to(*in_order(found).front());
    const std::uint16_t chosen = port_of(socket.get());
    auto made = std::make_unique<tcp_acceptor>(std::move(socket));
    port = chosen;
    return made;
}

link connect_tcp(const std::string& host, std::uint16_t port, deadline until) {
    const auto found = look_up(host, port, false);
    int error = WSAEADDRNOTAVAIL;
    for (const ADDRINFOW* address : in_order(found)) {
        auto socket = make_socket(address->ai_family);
        const auto result = connect_socket(socket.get(), *address, until);
        if (!result) return {};
        error = *result;
        if (error == 0) return link_over(std::move(socket));
    }
    throw_error(static_cast<DWORD>(error), "connect");
}

}  // namespace brood::platform
