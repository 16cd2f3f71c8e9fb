// SPDX-License-Identifier: MIT
#include "channel/framing.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace brood::detail {
namespace {

constexpr std::uint64_t largest_short = 0x7fffffff;
constexpr std::uint32_t long_follows = 0xffffffff;
// Memory for this much is taken at once; for more it grows with what has come.
constexpr std::uint64_t taken_at_once = 16 << 20;

void put_big_endian(std::span<std::byte> at, std::uint64_t value) noexcept {
    for (std::size_t i = at.size(); i-- > 0; value >>= 8) at[i] = static_cast<std::byte>(value & 0xff);
}

std::uint64_t big_endian(std::span<const std::byte> bytes) noexcept {
    std::uint64_t value = 0;
    for (const std::byte b : bytes) value = value << 8 | static_cast<std::uint64_t>(b);
    return value;
}

}  // namespace

frame_header::frame_header(std::uint64_t message_size) noexcept {
    const auto all = std::span(bytes_);
    const bool is_short = message_size <= largest_short;
    put_big_endian(all.first(4), is_short ? message_size : long_follows);
    put_big_endian(all.subspan(4), message_size);
    if (!is_short) size_ = all.size();
}

std::span<std::byte> frame_reader::room() {
    if (!size_) return std::span(header_).subspan(header_have_, header_need_ - header_have_);
    if (body_.size() == have_ && have_ < *size_)
        body_.resize(static_cast<std::size_t>(std::min(*size_, std::max(taken_at_once, 2 * have_))));
    return std::span(body_).subspan(static_cast<std::size_t>(have_));
}

void frame_reader::filled(std::size_t count) {
    if (size_) {
        have_ += count;
        return;
    }
    header_have_ += count;
    if (header_have_ == header_need_) read_header();
}

void frame_reader::read_header() {
    const auto head = std::span<const std::byte>(header_);
    std::uint64_t size = big_endian(head.first(4));
    if (header_need_ == 4 && size == long_follows) {
        header_need_ = header_.size();
        return;
    }
    if (header_need_ == 4 && size > largest_short)
        throw error("what was received is not a message: its length is negative");
    if (header_need_ != 4) size = big_endian(head.subspan(4));
    if (size > static_cast<std::uint64_t>(std::numeric_limits<std::ptrdiff_t>::max()))
        throw error("what was received is not a message: it would have " + std::to_string(size) + " bytes");
    size_ = size;
}

std::vector<std::byte> frame_reader::take() noexcept {
    header_need_ = 4;
    header_have_ = 0;
    have_ = 0;
    size_.reset();
    return std::exchange(body_, {});
}

}  // namespace brood::detail
