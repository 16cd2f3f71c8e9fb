// SPDX-License-Identifier: MIT
// Links: stream sockets. They stay in blocking mode, because a process that got a copy may be another program; each
// call here asks not to block.
#include "platform/posix/fd.hpp"
#include "platform/posix/socket_io.hpp"
#include "platform/socket.hpp"

#include <algorithm>
#include <poll.h>
#include <sys/uio.h>

namespace brood::platform {
namespace {

// The most that a kernel takes in one call; more would be EINVAL on some.
constexpr std::size_t largest_transfer = std::size_t{1} << 30;

bool wait_until_ready(int fd, short events, const deadline& until) {
    for (;;) {
        pollfd one{fd, events, 0};
        const int n = ::poll(&one, 1, posix::poll_timeout(until));
        if (n == -1 && errno != EINTR) posix::throw_errno("poll");
        if (n > 0) return true;
        if (n == 0 && until && std::chrono::steady_clock::now() >= *until) return false;
    }
}

std::vector<iovec> vectors_of(std::span<const std::span<const std::byte>> parts) {
    std::vector<iovec> vectors;
    for (auto part : parts) {
        for (; !part.empty(); part = part.subspan(std::min(part.size(), largest_transfer)))
            vectors.push_back({const_cast<std::byte*>(part.data()), std::min(part.size(), largest_transfer)});
    }
    return vectors;
}

}  // namespace

void link::reset() noexcept {
    close_handle(std::exchange(handle_, no_handle()));
    empty_messages_.reset();
}

void link::keep_from_forks() const noexcept { posix::own_again(handle_); }

link_pair make_link_pair() {
    auto [first, second] = posix::make_socket_pair();
    return {link(first.release(), link_kind::stream), link(second.release(), link_kind::stream)};
}

moved link_send(const link& to, std::span<const std::span<const std::byte>> parts, deadline until) {
    auto vectors = vectors_of(parts);
    moved sum;
    for (std::size_t done = 0; done < vectors.size();) {
        msghdr message{};
        message.msg_iov = vectors.data() + done;
        // A few at once, so that the sum stays below what a kernel takes.
        message.msg_iovlen =
            vectors[done].iov_len == largest_transfer
                ? 1
                : static_cast<decltype(message.msg_iovlen)>(std::min<std::size_t>(vectors.size() - done, 2));
        std::size_t sent = 0;
        if (!posix::send_some(to.handle(), message, sent, sum.result)) {
            if (wait_until_ready(to.handle(), POLLOUT, until)) continue;
            sum.result = io_result::timeout;
        }
        if (sum.result != io_result::ok) return sum;
        sum.bytes += sent;
        posix::advance(message, sent);
        done = static_cast<std::size_t>(message.msg_iov - vectors.data());
    }
    return sum;
}

moved link_receive(const link& from, std::span<std::byte> into, deadline until) {
    for (;;) {
        const auto n = posix::retry(
            [&] { return ::recv(from.handle(), into.data(), std::min(into.size(), largest_transfer), MSG_DONTWAIT); });
        if (n > 0) return {io_result::ok, static_cast<std::size_t>(n), false};
        if (n == 0 || posix::peer_gone()) return {io_result::end, 0, false};
        if (!posix::would_block()) posix::throw_errno("recv");
        if (!wait_until_ready(from.handle(), POLLIN, until)) return {io_result::timeout, 0, false};
    }
}

}  // namespace brood::platform
