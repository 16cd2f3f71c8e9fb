// SPDX-License-Identifier: MIT
#include "channel/message_link.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

namespace brood::detail {
namespace {

constexpr std::size_t first_part_size = 64 * 1024;

void check_size(std::uint64_t size, std::uint64_t most) {
    if (size > most)
        throw std::length_error("a message of " + std::to_string(size) + " bytes came, and at most " +
                                std::to_string(most) + " are accepted");
}

}  // namespace

bool message_link::send(std::span<const std::byte> message, const platform::deadline& until) {
    const frame_header header(message.size());
    const std::array parts{header.bytes(), message};
    const bool framed = link_.kind() == platform::link_kind::stream;
    const auto sent = platform::link_send(link_, std::span(parts).subspan(framed ? 0 : 1), until);
    if (sent.result == platform::io_result::ok) return true;
    if (sent.result == platform::io_result::end) throw end_of_stream("nobody is left to receive what is sent");
    if (sent.bytes == 0) return false;
    throw timeout_error("the time was over in the middle of a message");
}

std::optional<std::vector<std::byte>> message_link::receive(std::uint64_t most, const platform::deadline& until) {
    if (!fetch(most, until)) return std::nullopt;
    holds_message_ = false;
    return std::exchange(message_, {});
}

std::optional<std::uint64_t> message_link::receive_into(std::span<std::byte> into, std::uint64_t most,
                                                        const platform::deadline& until) {
    if (!fetch(most, until)) return std::nullopt;
    const std::uint64_t size = message_.size();
    if (size > into.size()) return size;
    if (size > 0) std::memcpy(into.data(), message_.data(), message_.size());
    holds_message_ = false;
    message_.clear();
    return size;
}

// After this, message_ holds a complete one.
bool message_link::fetch(std::uint64_t most, const platform::deadline& until) {
    if (!holds_message_) {
        const bool came =
            link_.kind() == platform::link_kind::stream ? fetch_stream(most, until) : fetch_message(most, until);
        if (!came) return false;
        holds_message_ = true;
    }
    check_size(message_.size(), most);
    return true;
}

bool message_link::fetch_stream(std::uint64_t most, const platform::deadline& until) {
    while (!frame_.is_complete()) {
        if (frame_.size()) check_size(*frame_.size(), most);
        const auto got = platform::link_receive(link_, frame_.room(), until);
        if (got.result == platform::io_result::timeout) return false;
        if (got.result == platform::io_result::end) {
            if (frame_.is_under_way()) throw error("the connection ended in the middle of a message");
            throw end_of_stream("the other end of the connection was closed");
        }
        frame_.filled(got.bytes);
    }
    message_ = frame_.take();
    return true;
}

// The system keeps messages whole: once the first part has come, so has the rest.
bool message_link::fetch_message(std::uint64_t most, const platform::deadline& until) {
    message_.clear();
    if (link_.empty_messages() > 0) {
        --link_.empty_messages();
        return true;
    }
    first_part_.resize(first_part_size);
    auto got = platform::link_receive(link_, first_part_, until);
    if (got.result == platform::io_result::timeout) return false;
    if (got.result == platform::io_result::end) throw end_of_stream("the other end of the connection was closed");
    message_.assign(first_part_.begin(), first_part_.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    while (got.more) {
        check_size(message_.size(), most);
        const std::size_t have = message_.size();
        message_.resize(2 * have);
        got = platform::link_receive(link_, std::span(message_).subspan(have), {});
        if (got.result != platform::io_result::ok) throw error("the connection ended in the middle of a message");
        message_.resize(have + got.bytes);
    }
    return true;
}

}  // namespace brood::detail
