// SPDX-License-Identifier: MIT
// Channels: a socket pair. Handles travel as SCM_RIGHTS, 200 at most beside each marker byte.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"

#include <algorithm>
#include <climits>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace brood::platform {
namespace {

constexpr std::size_t handles_per_byte = 200;  // below the kernels' limit of 253

#if defined(MSG_NOSIGNAL)
constexpr int send_flags = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
constexpr int send_flags = MSG_DONTWAIT;  // SO_NOSIGPIPE is set instead
#endif

#if defined(MSG_CMSG_CLOEXEC)
constexpr int receive_flags = MSG_DONTWAIT | MSG_CMSG_CLOEXEC;
#else
constexpr int receive_flags = MSG_DONTWAIT;
#endif

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK; }
bool peer_gone() { return errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN; }

enum class woken { channel, peer, timeout };

// Waits until the channel is ready for `events` or the peer ended.
BROOD_CHILD_PATH woken wait_for(handle_t channel, short events, handle_t peer, const deadline& until) {
    pollfd fds[2] = {{channel, events, 0}, {peer, POLLIN, 0}};
    for (;;) {
        const int n = ::poll(fds, peer == no_handle() ? 1 : 2, posix::poll_timeout(until));
        if (n == -1 && errno != EINTR) posix::throw_errno("poll");
        if (n > 0) return fds[0].revents != 0 ? woken::channel : woken::peer;
        if (n == 0 && until && std::chrono::steady_clock::now() >= *until) return woken::timeout;
    }
}

[[maybe_unused]] void set_close_on_exec(int fd) {
    if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) posix::throw_errno("fcntl(F_SETFD)");
}

int make_socket_pair(int (&fds)[2]) {
#if defined(SOCK_CLOEXEC)
    return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds);
#else
    return ::socketpair(AF_UNIX, SOCK_STREAM, 0, fds);
#endif
}

void harden([[maybe_unused]] int fd) {
#if !defined(SOCK_CLOEXEC)
    set_close_on_exec(fd);
#endif
#if defined(SO_NOSIGPIPE)
    const int on = 1;
    if (::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on) == -1) posix::throw_errno("SO_NOSIGPIPE");
#endif
}

// Sends what it can of one message; true when something was sent or the peer is gone (`result`).
BROOD_CHILD_PATH bool send_some(handle_t channel, const msghdr& message, std::size_t& sent, io_result& result) {
    const auto n = posix::retry([&] { return ::sendmsg(channel, &message, send_flags); });
    sent = n > 0 ? static_cast<std::size_t>(n) : 0;
    if (n >= 0) return true;
    if (peer_gone()) {
        result = io_result::end;
        return true;
    }
    if (!would_block() && errno != ENOBUFS) posix::throw_errno("sendmsg");
    return false;
}

BROOD_CHILD_PATH io_result send_all(handle_t channel, msghdr message, handle_t peer, const deadline& until,
                                    std::size_t& sent) {
    for (io_result result = io_result::ok;;) {
        if (send_some(channel, message, sent, result)) return result;
        switch (wait_for(channel, POLLOUT, peer, until)) {
            case woken::timeout: return io_result::timeout;
            case woken::peer: return io_result::end;
            case woken::channel: break;
        }
    }
}

// Drops `n` bytes from the front of the vectors.
void advance(msghdr& message, std::size_t n) {
    while (message.msg_iovlen > 0 && n >= message.msg_iov->iov_len) {
        n -= message.msg_iov->iov_len;
        ++message.msg_iov;
        --message.msg_iovlen;
    }
    if (message.msg_iovlen == 0) return;
    message.msg_iov->iov_base = static_cast<char*>(message.msg_iov->iov_base) + n;
    message.msg_iov->iov_len -= n;
}

io_result send_batch(handle_t channel, std::span<const handle_t> handles, handle_t peer) {
    char marker = 'h';
    iovec io{&marker, 1};
    alignas(cmsghdr) char control[CMSG_SPACE(handles_per_byte * sizeof(int))];
    msghdr message{};
    message.msg_iov = &io;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(handles.size_bytes());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(handles.size_bytes());
    std::memcpy(CMSG_DATA(head), handles.data(), handles.size_bytes());
    std::size_t sent = 0;
    return send_all(channel, message, peer, {}, sent);
}

// Takes every descriptor out of a received message before anything can throw.
void collect(msghdr& message, std::vector<unique_handle>& into) {
    for (cmsghdr* head = CMSG_FIRSTHDR(&message); head != nullptr; head = CMSG_NXTHDR(&message, head)) {
        if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(head) + i * sizeof(int), sizeof fd);
            into.push_back(posix::above_stdio(fd));
#if !defined(MSG_CMSG_CLOEXEC)
            set_close_on_exec(into.back().get());
#endif
        }
    }
}

io_result receive_batch(handle_t channel, std::vector<unique_handle>& into, handle_t peer, const deadline& until) {
    for (bool peer_ended = false;;) {
        char marker = 0;
        iovec io{&marker, 1};
        alignas(cmsghdr) char control[CMSG_SPACE(handles_per_byte * sizeof(int))];
        msghdr message{};
        message.msg_iov = &io;
        message.msg_iovlen = 1;
        message.msg_control = control;
        message.msg_controllen = sizeof control;
        const auto n = posix::retry([&] { return ::recvmsg(channel, &message, receive_flags); });
        if (n == 1) {
            collect(message, into);
            if (message.msg_flags & MSG_CTRUNC) posix::throw_error(EMFILE, "receiving descriptors");
            return io_result::ok;
        }
        if (n == 0 || peer_gone() || (would_block() && peer_ended)) return io_result::end;
        if (!would_block()) posix::throw_errno("recvmsg");
        const woken by = wait_for(channel, POLLIN, peer, until);
        if (by == woken::timeout) return io_result::timeout;
        peer_ended = by == woken::peer;  // look once more: it may have sent before it ended
    }
}

}  // namespace

channel_pair make_channel() {
    int fds[2];
    if (make_socket_pair(fds) == -1) posix::throw_errno("socketpair");
    unique_handle first(fds[0]), second(fds[1]);
    harden(first.get());
    harden(second.get());
    auto ours = posix::above_stdio(first.release());
    auto theirs = posix::above_stdio(second.release());
    return {posix::own(std::move(ours)), posix::own(std::move(theirs))};
}

BROOD_CHILD_PATH io_result channel_write(handle_t channel, std::span<const std::span<const std::byte>> parts,
                                         handle_t peer_process, deadline until) {
    std::vector<iovec> vectors;
    vectors.reserve(parts.size());
    for (const auto& part : parts)
        if (!part.empty()) vectors.push_back({const_cast<std::byte*>(part.data()), part.size()});
    std::size_t left = vectors.size();
    msghdr message{};
    message.msg_iov = vectors.data();
    while (left > 0) {
        message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(std::min<std::size_t>(left, IOV_MAX));
        const auto before = message.msg_iovlen;
        std::size_t sent = 0;
        if (auto r = send_all(channel, message, peer_process, until, sent); r != io_result::ok) return r;
        advance(message, sent);
        left -= static_cast<std::size_t>(before - message.msg_iovlen);
    }
    return io_result::ok;
}

void channel_write_from_crash(handle_t channel, std::span<const std::byte> bytes) noexcept {
    [[maybe_unused]] const auto n = ::send(channel, bytes.data(), bytes.size(), send_flags);
}

BROOD_CHILD_PATH io_result channel_read(handle_t channel, std::span<std::byte> into, handle_t peer_process,
                                        deadline until) {
    bool peer_ended = false;
    while (!into.empty()) {
        const auto n = posix::retry([&] { return ::recv(channel, into.data(), into.size(), MSG_DONTWAIT); });
        if (n > 0) {
            into = into.subspan(static_cast<std::size_t>(n));
            continue;
        }
        if (n == 0 || peer_gone() || (would_block() && peer_ended)) return io_result::end;
        if (!would_block()) posix::throw_errno("recv");
        switch (wait_for(channel, POLLIN, peer_process, until)) {
            case woken::timeout: return io_result::timeout;
            case woken::peer: peer_ended = true; break;  // read once more: it may have written before it ended
            case woken::channel: break;
        }
    }
    return io_result::ok;
}

io_result channel_send_handles(handle_t channel, std::span<const handle_t> handles, handle_t peer_process) {
    while (!handles.empty()) {
        const auto batch = handles.first(std::min(handles.size(), handles_per_byte));
        if (auto r = send_batch(channel, batch, peer_process); r != io_result::ok) return r;
        handles = handles.subspan(batch.size());
    }
    return io_result::ok;
}

io_result channel_receive_handles(handle_t channel, std::size_t count, std::vector<unique_handle>& into,
                                  handle_t peer_process, deadline until) {
    const std::size_t wanted = into.size() + count;
    while (into.size() < wanted) {
        if (auto r = receive_batch(channel, into, peer_process, until); r != io_result::ok) return r;
    }
    return io_result::ok;
}

}  // namespace brood::platform
