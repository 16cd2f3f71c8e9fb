// SPDX-License-Identifier: MIT
// The analysis of a block, by FFTW.
#pragma once

#include "samples.hpp"

#include <cstdint>

namespace example {

// Throws std::logic_error when the block is not whole: its samples must be the right ones, in order.
spectrum analyse(const ring& samples, std::uint64_t block);

}  // namespace example
