// SPDX-License-Identifier: MIT
// Sends values through memory.
#pragma once

#include <brood/serialization.hpp>

#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace test {

// The blocks of an output_archive, as a channel would deliver them.
class memory_blocks : public brood::block_source {
public:
    explicit memory_blocks(std::vector<std::span<const std::byte>> blocks) : blocks_(std::move(blocks)) {}
    std::size_t count() override { return blocks_.size(); }
    std::uint64_t size(std::size_t index) override { return blocks_.at(index).size(); }
    void read(std::size_t index, std::span<std::byte> into) override {
        std::memcpy(into.data(), blocks_.at(index).data(), into.size());
    }

private:
    std::vector<std::span<const std::byte>> blocks_;
};

template <class T>
std::vector<std::byte> bytes_of(const T& value) {
    brood::output_archive out({.handles = false, .blocks = false});
    brood::detail::save_value(out, value);
    return {out.bytes().begin(), out.bytes().end()};
}

template <class T>
T from_bytes(std::span<const std::byte> bytes) {
    brood::input_archive in(bytes);
    return brood::detail::load_value<T>(in);
}

// What a process receives that this value is sent to. Every byte must have been used.
template <class T>
T round_trip(const T& value) {
    brood::output_archive out;
    brood::detail::save_value(out, value);
    memory_blocks blocks(out.blocks());
    brood::input_archive in(out.bytes(), &blocks);
    struct used_up {
        brood::input_archive& in;
        ~used_up() noexcept(false) {
            if (in.left() != 0 && std::uncaught_exceptions() == 0) throw std::logic_error("bytes were left over");
        }
    } check{in};
    return brood::detail::load_value<T>(in);
}

inline std::string hex(std::span<const std::byte> bytes) {
    std::string text;
    for (const std::byte b : bytes) {
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) >> 4];
        text += "0123456789abcdef"[std::to_integer<unsigned>(b) & 15];
    }
    return text;
}

// The serialization_error that `action` throws; fails the test when it throws nothing.
template <class F>
brood::serialization_error error_of(F&& action) {
    try {
        action();
    } catch (const brood::serialization_error& error) {
        return error;
    }
    throw std::logic_error("nothing was thrown");
}

}  // namespace test
