// SPDX-License-Identifier: MIT
// SHA-256 by a library of the system: libsodium, or the cryptography of Windows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

using digest = std::array<std::uint8_t, 32>;

// One hash in the making: update() any number of times, then finish() once.
class sha256 {
public:
    sha256();
    ~sha256();
    void update(std::span<const char> bytes);
    digest finish();

private:
    struct state;
    std::unique_ptr<state> state_;
};

inline std::string to_hex(const digest& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += "0123456789abcdef"[byte >> 4];
        text += "0123456789abcdef"[byte & 15];
    }
    return text;
}
