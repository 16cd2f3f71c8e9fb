// SPDX-License-Identifier: MIT
// What driver and instrument say to each other: lines of text.
//
//   SYNC word             ->    SYNC word                      whatever came before it is void
//   *IDN?                 ->    the instrument's name
//   READ? first count     ->    DATA first count value... sum  waits until there are so many; at most longest_read
//                               OVERRUN                        what it should have kept is gone
//   anything else         ->    ERROR
#pragma once

#include "samples.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace example {

inline constexpr std::size_t longest_read = 256;

// What the simulated instrument measures at each moment: two tones and noise.
std::int32_t signal_at(std::uint64_t sequence);
inline constexpr std::size_t loud_bin = 63, soft_bin = 210;

std::string write_data(std::uint64_t first, std::size_t count);
// Throws std::runtime_error when the line is not what was asked for, or was damaged on its way.
std::vector<sample> read_data(const std::string& line, std::uint64_t first);

}  // namespace example
