// SPDX-License-Identifier: MIT
// Plain little-endian bytes for what brood itself sends beside the user's values.
#pragma once

#include <brood/error.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace brood::detail {

// Appends to a string.
class string_sink {
public:
    bool has_room(std::size_t) const noexcept { return true; }
    void put(std::string_view bytes) { bytes_ += bytes; }
    std::string take() noexcept { return std::move(bytes_); }

private:
    std::string bytes_;
};

template <std::unsigned_integral T, class Sink>
void write_number(Sink& sink, T value) {
    char bytes[sizeof(T)];
    for (auto& byte : bytes) {
        byte = static_cast<char>(value & 0xFF);
        value = static_cast<T>(value >> 8);
    }
    sink.put({bytes, sizeof bytes});
}

template <class Sink>
void write_text(Sink& sink, std::string_view text) {
    write_number(sink, static_cast<std::uint32_t>(text.size()));
    sink.put(text);
}

// The size that write_text needs.
inline std::size_t text_size(std::string_view text) noexcept { return sizeof(std::uint32_t) + text.size(); }

// Reads what was written so; throws serialization_error at the first byte that is missing.
class byte_reader {
public:
    explicit byte_reader(std::string_view bytes) noexcept : bytes_(bytes) {}

    bool at_end() const noexcept { return bytes_.empty(); }

    std::string_view take(std::size_t size) {
        if (size > bytes_.size()) throw serialization_error("the bytes end too early");
        const auto part = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return part;
    }

    template <std::unsigned_integral T>
    T number() {
        T value = 0;
        unsigned shift = 0;
        for (const char byte : take(sizeof(T))) {
            value = static_cast<T>(value | static_cast<T>(static_cast<T>(static_cast<unsigned char>(byte)) << shift));
            shift += 8;
        }
        return value;
    }

    bool flag() {
        const auto value = number<std::uint8_t>();
        if (value > 1) throw serialization_error("a truth value is neither 0 nor 1");
        return value == 1;
    }

    // Valid as long as the bytes.
    std::string_view text() { return take(number<std::uint32_t>()); }

private:
    std::string_view bytes_;
};

}  // namespace brood::detail
