// SPDX-License-Identifier: MIT
// A 128-bit hash of bytes, to tell builds apart. Not for use against people who want a collision.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace brood::detail {

class content_hash {
public:
    using digest = std::array<char, 16>;

    void add(std::span<const std::byte> bytes) noexcept {
        while (bytes.size() >= sizeof(std::uint64_t)) {
            std::uint64_t word = 0;
            std::memcpy(&word, bytes.data(), sizeof word);
            mix(word);
            bytes = bytes.subspan(sizeof word);
        }
        std::uint64_t rest = bytes.size();
        for (const std::byte b : bytes) rest = rest << 8 | std::to_integer<std::uint64_t>(b);
        mix(rest);
    }

    digest result() const noexcept {
        digest bytes{};
        std::memcpy(bytes.data(), &a_, sizeof a_);
        std::memcpy(bytes.data() + sizeof a_, &b_, sizeof b_);
        return bytes;
    }

private:
    // Two independent lanes, each a multiplication by an odd constant and a folding of the high bits.
    void mix(std::uint64_t word) noexcept {
        a_ = (a_ ^ word) * 0x9E3779B97F4A7C15u;
        a_ ^= a_ >> 32;
        b_ = (b_ + word) * 0xD6E8FEB86659FD93u;
        b_ ^= b_ >> 29;
    }

    std::uint64_t a_ = 0x243F6A8885A308D3u;
    std::uint64_t b_ = 0x13198A2E03707344u;
};

}  // namespace brood::detail
