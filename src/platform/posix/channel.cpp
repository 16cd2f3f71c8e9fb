// SPDX-License-Identifier: MIT
// Channels: a socket pair. Handles travel as SCM_RIGHTS, beside marker bytes.
#include "base/child_path.hpp"
#include "platform/posix/rights.hpp"

#include <algorithm>
#include <climits>
#include <poll.h>
#include <sys/uio.h>

namespace brood::platform {
namespace {

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

BROOD_CHILD_PATH io_result send_all(handle_t channel, msghdr message, handle_t peer, const deadline& until,
                                    std::size_t& sent) {
    for (io_result result = io_result::ok;;) {
        if (posix::send_some(channel, message, sent, result)) return result;
        switch (wait_for(channel, POLLOUT, peer, until)) {
            case woken::timeout: return io_result::timeout;
            case woken::peer: return io_result::end;
            case woken::channel: break;
        }
    }
}

io_result send_batch(handle_t channel, std::span<const handle_t> handles, handle_t peer) {
    const std::byte marker{'h'};
    posix::rights_message message({&marker, 1}, handles);
    std::size_t sent = 0;
    return send_all(channel, message.head(), peer, {}, sent);
}

io_result receive_batch(handle_t channel, std::vector<unique_handle>& into, handle_t peer, const deadline& until) {
    for (bool peer_ended = false;;) {
        std::byte marker{};
        posix::rights_message message({&marker, 1});
        constexpr int flags = MSG_DONTWAIT | posix::rights_message::receive_flags;
        const auto n = posix::retry([&] { return ::recvmsg(channel, &message.head(), flags); });
        if (n == 1) {
            message.collect(into);
            return io_result::ok;
        }
        if (n == 0 || posix::peer_gone() || (posix::would_block() && peer_ended)) return io_result::end;
        if (!posix::would_block()) posix::throw_errno("recvmsg");
        const woken by = wait_for(channel, POLLIN, peer, until);
        if (by == woken::timeout) return io_result::timeout;
        peer_ended = by == woken::peer;  // look once more: it may have sent before it ended
    }
}

}  // namespace

channel_pair make_channel() {
    const fork_exclusion until_marked;
    auto [ours, theirs] = posix::make_socket_pair();
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
        posix::advance(message, sent);
        left -= static_cast<std::size_t>(before - message.msg_iovlen);
    }
    return io_result::ok;
}

void channel_write_from_crash(handle_t channel, std::span<const std::byte> bytes) noexcept {
    [[maybe_unused]] const auto n = ::send(channel, bytes.data(), bytes.size(), posix::send_flags);
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
        if (n == 0 || posix::peer_gone() || (posix::would_block() && peer_ended)) return io_result::end;
        if (!posix::would_block()) posix::throw_errno("recv");
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
        const auto batch = handles.first(std::min(handles.size(), posix::rights_message::most));
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
