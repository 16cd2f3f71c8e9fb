// SPDX-License-Identifier: MIT
// Messages over a link of either kind.
#pragma once

#include "channel/framing.hpp"
#include "platform/socket.hpp"

#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace brood::detail {

inline constexpr std::uint64_t any_size = std::numeric_limits<std::uint64_t>::max();

// One thread may send and another receive at the same time. System errors come as std::system_error.
class message_link {
public:
    explicit message_link(platform::link link) noexcept : link_(std::move(link)) {}

    // False when the time was over before any of it was sent. Throws timeout_error when it was over in the middle, and
    // end_of_stream when the peer is gone: then nothing can be sent any more.
    bool send(std::span<const std::byte> message, const platform::deadline& until);
    // nullopt when the time was over first; what had come of the message is kept. Throws end_of_stream at the end;
    // brood::error when the end is inside a message or the bytes are no message, and std::length_error when the message
    // is longer than `most`: then nothing can be received any more.
    std::optional<std::vector<std::byte>> receive(std::uint64_t most, const platform::deadline& until);
    // The same into the caller's memory; a message that does not fit stays to be received, and its size is given.
    std::optional<std::uint64_t> receive_into(std::span<std::byte> into, std::uint64_t most,
                                              const platform::deadline& until);
    // Whether a complete message was read and not taken. Any thread.
    bool holds_message() const noexcept { return holds_message_; }
    // Whether part of the stream was read and not taken; not while somebody receives.
    bool holds_anything() const noexcept { return holds_message_ || frame_.is_under_way(); }

    const platform::link& link() const noexcept { return link_; }
    platform::link release() noexcept { return std::move(link_); }

private:
    bool fetch(std::uint64_t most, const platform::deadline& until);
    bool fetch_stream(std::uint64_t most, const platform::deadline& until);
    bool fetch_message(std::uint64_t most, const platform::deadline& until);

    platform::link link_;
    frame_reader frame_;
    std::vector<std::byte> first_part_;  // room for what the next message begins with (link_kind::messages)
    std::vector<std::byte> message_;     // complete when holds_message_
    std::atomic<bool> holds_message_{false};
};

}  // namespace brood::detail
