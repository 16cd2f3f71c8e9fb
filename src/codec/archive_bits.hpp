// SPDX-License-Identifier: MIT
// What writer and reader of an archive put into its numbers beside their value.
#pragma once

#include <cstdint>

namespace brood::detail {

// In a count: the elements travel beside the message.
inline constexpr std::uint64_t beside_bit = std::uint64_t{1} << 63;

// Numbers of shared objects and classes count from 1; these say that the object itself follows, or the offset of a
// part.
inline constexpr std::uint32_t new_bit = 0x80000000U;
inline constexpr std::uint32_t part_bit = 0x40000000U;

}  // namespace brood::detail
