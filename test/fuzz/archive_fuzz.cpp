// SPDX-License-Identifier: MIT
// Reads a type with something of everything from hostile bytes. The first byte says how much of the input is a block
// beside the message. What was read is written and read once more: then it must arrive.
#include "../unit/codec/hostile_type.hpp"

#include <cstdlib>
#include <cstring>

namespace {

class one_block : public brood::block_source {
public:
    explicit one_block(std::span<const std::byte> block) : block_(block) {}
    std::size_t count() override { return 1; }
    std::uint64_t size(std::size_t) override { return block_.size(); }
    void read(std::size_t, std::span<std::byte> into) override {
        if (!into.empty()) std::memcpy(into.data(), block_.data(), into.size());
    }

private:
    std::span<const std::byte> block_;
};

struct sent {
    hostile::everything all;
    std::vector<hostile::plain> block;
};

void send_again(const sent& value) {
    brood::output_archive out({.handles = false, .blocks = false});
    try {
        brood::detail::save_value(out, value);
    } catch (const brood::serialization_error&) {  // a polymorphic object where it cannot be
        return;
    }
    try {
        brood::input_archive in(out.bytes());
        static_cast<void>(brood::detail::load_value<sent>(in));
    } catch (const brood::serialization_error&) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto input = std::as_bytes(std::span(data, size)).subspan(1);
    one_block block(input.last(std::min<std::size_t>(data[0], input.size())));
    brood::input_archive in(input.first(input.size() - block.size(0)), &block);
    try {
        send_again(brood::detail::load_value<sent>(in));
    } catch (const brood::serialization_error&) {
    }
    return 0;
}

// Starts from a message that is right.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    static const std::vector<std::byte> right = [] {
        brood::output_archive out({.handles = false, .blocks = false});
        brood::detail::save_value(out, sent{hostile::full(), {}});
        return std::vector<std::byte>(out.bytes().begin(), out.bytes().end());
    }();
    if (seed % 64 == 0 && most > right.size()) {
        data[0] = 0;
        std::memcpy(data + 1, right.data(), right.size());
        size = right.size() + 1;
    }
    return LLVMFuzzerMutate(data, size, most);
}
