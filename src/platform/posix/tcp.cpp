// SPDX-License-Identifier: MIT
// TCP links.
#include "platform/posix/listen.hpp"
#include "platform/posix/socket_io.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <system_error>

namespace brood::platform {
namespace {

struct free_addresses {
    void operator()(addrinfo* all) const noexcept { ::freeaddrinfo(all); }
};
using addresses = std::unique_ptr<addrinfo, free_addresses>;

[[noreturn]] void throw_lookup(int error, const std::string& host) {
    if (error == EAI_SYSTEM) posix::throw_errno("looking up a host");
    throw std::system_error(std::make_error_code(std::errc::host_unreachable),
                            "looking up '" + host + "': " + ::gai_strerror(error));
}

addresses look_up(const std::string& host, std::uint16_t port, bool to_listen) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0);
    addrinfo* found = nullptr;
    const int error =
        ::getaddrinfo(host.empty() ? nullptr : host.c_str(), std::to_string(port).c_str(), &hints, &found);
    if (error != 0) throw_lookup(error, host);
    return addresses(found);
}

// Addresses of IPv4 first: it is what CPython uses.
std::vector<const addrinfo*> in_order(const addresses& all) {
    std::vector<const addrinfo*> order;
    for (const bool fourth : {true, false})
        for (const addrinfo* one = all.get(); one != nullptr; one = one->ai_next)
            if ((one->ai_family == AF_INET) == fourth) order.push_back(one);
    return order;
}

std::uint16_t port_of(int fd) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == -1) posix::throw_errno("getsockname");
    return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                               : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

// Small messages go at once. Not every stream socket knows it, and none needs it.
void send_at_once(int fd) noexcept {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

class tcp_acceptor final : public posix::socket_acceptor {
public:
    using socket_acceptor::socket_acceptor;
    link try_accept() override {
        link accepted = socket_acceptor::try_accept();
        if (accepted) send_at_once(accepted.handle());
        return accepted;
    }
};

unique_handle bind_to(const addrinfo& address) {
    auto socket = posix::make_socket(address.ai_family);
    const int on = 1;
    if (::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == -1) posix::throw_errno("SO_REUSEADDR");
    if (::bind(socket.get(), address.ai_addr, address.ai_addrlen) == -1) posix::throw_errno("bind");
    return socket;
}

// 0 when it is connected, an error number when it never will be; nullopt when the deadline came first.
std::optional<int> finish_connecting(int fd, const deadline& until) {
    for (;;) {
        pollfd one{fd, POLLOUT, 0};
        const int n = ::poll(&one, 1, posix::poll_timeout(until));
        if (n == -1 && errno != EINTR) posix::throw_errno("poll");
        if (n > 0) break;
        if (n == 0 && until && std::chrono::steady_clock::now() >= *until) return std::nullopt;
    }
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == -1) posix::throw_errno("SO_ERROR");
    return error;
}

std::optional<int> connect_socket(int fd, const addrinfo& address, const deadline& until) {
    if (::connect(fd, address.ai_addr, address.ai_addrlen) == 0) return 0;
    if (errno != EINPROGRESS && errno != EINTR) return errno;
    return finish_connecting(fd, until);
}

}  // namespace

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
    int error = EADDRNOTAVAIL;
    for (const addrinfo* address : in_order(found)) {
        auto socket = posix::make_socket(address->ai_family);
        posix::set_blocking(socket.get(), false);
        const auto result = connect_socket(socket.get(), *address, until);
        if (!result) return {};
        error = *result;
        if (error != 0) continue;
        posix::set_blocking(socket.get(), true);
        send_at_once(socket.get());
        return {socket.release(), link_kind::stream};
    }
    posix::throw_error(error, "connect");
}

}  // namespace brood::platform
