// SPDX-License-Identifier: MIT
// How messages are told apart on a stream, as CPython's multiprocessing.connection does it: a length of 4 bytes,
// signed, big-endian; for more than that can say it is -1, and 8 bytes follow, unsigned.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace brood::detail {

class frame_header {
public:
    explicit frame_header(std::uint64_t message_size) noexcept;
    std::span<const std::byte> bytes() const noexcept { return std::span(bytes_).first(size_); }

private:
    std::array<std::byte, 12> bytes_{};
    std::size_t size_ = 4;
};

// Puts messages together from a stream that comes in pieces. A length that was announced costs no memory before its
// bytes have come. One thread.
class frame_reader {
public:
    // Where the next bytes belong; empty when the message is complete. May throw std::bad_alloc, then ask again later.
    std::span<std::byte> room();
    // So many bytes were put there. Throws brood::error when no message begins like that; the stream is then useless.
    void filled(std::size_t count);
    // Whether anything of a message has come.
    bool is_under_way() const noexcept { return header_have_ > 0; }
    bool is_complete() const noexcept { return size_ && have_ == *size_; }
    // The length of the message, once that is known.
    std::optional<std::uint64_t> size() const noexcept { return size_; }
    // The complete message; the next one begins.
    std::vector<std::byte> take() noexcept;

private:
    void read_header();

    std::array<std::byte, 12> header_{};
    std::size_t header_need_ = 4, header_have_ = 0;
    std::optional<std::uint64_t> size_;
    std::uint64_t have_ = 0;
    std::vector<std::byte> body_;
};

}  // namespace brood::detail
