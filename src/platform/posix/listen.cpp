// SPDX-License-Identifier: MIT
// Sockets that listen, of any family.
#include "platform/posix/listen.hpp"

#include "platform/posix/socket_io.hpp"

#include <fcntl.h>

namespace brood::platform::posix {

unique_handle make_socket(int family) {
#if defined(SOCK_CLOEXEC)
    unique_handle socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
#else
    unique_handle socket(::socket(family, SOCK_STREAM, 0));
#endif
    if (!socket) throw_errno("socket");
    harden_socket(socket.get());
    return above_stdio(socket.release());
}

void set_blocking(int fd, bool blocking) {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags == -1 || ::fcntl(fd, F_SETFL, blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK) == -1)
        throw_errno("fcntl(F_SETFL)");
}

socket_acceptor::socket_acceptor(unique_handle socket) : socket_(std::move(socket)) {
    set_blocking(socket_.get(), false);
    if (::listen(socket_.get(), SOMAXCONN) == -1) throw_errno("listen");
}

link socket_acceptor::try_accept() {
    // A client that left while it waited is an error of that client alone, whatever the code.
    const auto nobody = [] {
        return would_block() || errno == ECONNABORTED || errno == EPROTO || errno == ENETDOWN || errno == EHOSTDOWN ||
               errno == EHOSTUNREACH || errno == ENETUNREACH || errno == EOPNOTSUPP || errno == EPERM;
    };
#if defined(SOCK_CLOEXEC)
    unique_handle socket(retry([&] { return ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC); }));
#else
    unique_handle socket(retry([&] { return ::accept(socket_.get(), nullptr, nullptr); }));
#endif
    if (!socket && nobody()) return {};
    if (!socket) throw_errno("accept");
    harden_socket(socket.get());
    set_blocking(socket.get(), true);  // some systems let it inherit the mode of the one that listens
    return {above_stdio(socket.release()).release(), link_kind::stream};
}

}  // namespace brood::platform::posix
