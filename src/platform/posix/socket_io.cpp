// SPDX-License-Identifier: MIT
#include "platform/posix/socket_io.hpp"

#include "base/child_path.hpp"

#include <fcntl.h>
#include <sys/uio.h>

namespace brood::platform::posix {

std::pair<unique_handle, unique_handle> make_socket_pair(int type) {
    int fds[2];
#if defined(SOCK_CLOEXEC)
    const int made = ::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds);
#else
    const int made = ::socketpair(AF_UNIX, type, 0, fds);
#endif
    if (made == -1) throw_errno("socketpair");
    unique_handle first(fds[0]), second(fds[1]);
    harden_socket(first.get());
    harden_socket(second.get());
    auto ours = above_stdio(first.release());
    return {std::move(ours), above_stdio(second.release())};
}

void set_close_on_exec(int fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) throw_errno("fcntl(F_SETFD)");
}

void harden_socket([[maybe_unused]] int fd) {
#if !defined(SOCK_CLOEXEC)
    set_close_on_exec(fd);
#endif
#if defined(SO_NOSIGPIPE)
    const int on = 1;
    if (::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == -1) throw_errno("SO_NOSIGPIPE");
#endif
}

BROOD_CHILD_PATH bool send_some(int fd, const msghdr& message, std::size_t& sent, io_result& result) {
    const auto n = retry([&] { return ::sendmsg(fd, &message, send_flags); });
    sent = n > 0 ? static_cast<std::size_t>(n) : 0;
    if (n >= 0) return true;
    if (peer_gone()) {
        result = io_result::end;
        return true;
    }
    if (!would_block() && errno != ENOBUFS) throw_errno("sendmsg");
    return false;
}

BROOD_CHILD_PATH void advance(msghdr& message, std::size_t n) {
    while (message.msg_iovlen > 0 && n >= message.msg_iov->iov_len) {
        n -= message.msg_iov->iov_len;
        ++message.msg_iov;
        --message.msg_iovlen;
    }
    if (message.msg_iovlen == 0) return;
    message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + n;
    message.msg_iov->iov_len -= n;
}

}  // namespace brood::platform::posix
