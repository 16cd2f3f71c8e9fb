// SPDX-License-Identifier: MIT
// What the instrument measures and how it travels: numbered samples, blocks of them, and what is found in a block.
#pragma once

#include <brood/shared_array.hpp>

#include <array>
#include <cstddef>
#include <cstdint>

namespace example {

struct sample {
    std::uint64_t sequence = 0;
    std::int32_t value = 0;  // as the converter gives it
};

inline constexpr double sample_rate = 16384;  // each second
inline constexpr std::size_t block_size = 1024, bins = block_size / 2 + 1;

// The memory between acquisition and analysis: block number n lies in place n % ring_blocks.
inline constexpr std::size_t ring_blocks = 32;
using ring = brood::shared_array<sample>;
inline sample* block_in(const ring& samples, std::uint64_t number) {
    return samples.data() + number % ring_blocks * block_size;
}

// The amplitude of each frequency in a block.
struct spectrum {
    std::uint64_t block = 0;
    std::array<double, bins> amplitude{};
};
inline double frequency_of(std::size_t bin) { return static_cast<double>(bin) * sample_rate / block_size; }
// The bin with the largest amplitude, but for the constant part.
std::size_t peak_of(const std::array<double, bins>& amplitude);

}  // namespace example
