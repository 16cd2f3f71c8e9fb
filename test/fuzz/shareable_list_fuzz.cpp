// SPDX-License-Identifier: MIT
// Attaches a list to hostile bytes: everything in it is read and set, or refused.
#include "memory/list_layout.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <cstdlib>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // In a block of its own size, so that any access beyond it is seen.
    const auto input = std::as_bytes(std::span(data, size));
    std::vector<std::byte> memory(input.begin(), input.end());
    try {
        const brood::detail::list_view list(memory);
        list.check();
        for (std::size_t i = 0; i < list.size(); ++i) {
            const auto value = list.get(i);
            if (list.format(i).empty()) std::abort();
            list.set(i, value);
            // Two numbers that are not a number are never equal, and values may share bytes.
            static_cast<void>(list.get(i));
        }
    } catch (const brood::serialization_error&) {
    } catch (const std::length_error&) {  // a place of more than 999,999 bytes
    }
    return 0;
}

// Starts from a list that is right.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed);
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most, unsigned seed) {
    static const std::vector<std::byte> right = [] {
        using namespace std::string_literals;
        const std::vector<brood::detail::list_value> values = {
            std::int64_t{1}, 2.5, true, std::monostate{}, "some text"s, "\0"s, brood::bytes(20)};
        std::vector<std::byte> made(brood::detail::list_bytes(values));
        brood::detail::write_list(made, values);
        return made;
    }();
    if (seed % 64 == 0 && most >= right.size()) {
        std::transform(right.begin(), right.end(), data, [](std::byte b) { return static_cast<std::uint8_t>(b); });
        size = right.size();
    }
    return LLVMFuzzerMutate(data, size, most);
}
