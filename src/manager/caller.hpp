// SPDX-License-Identifier: MIT
// What a thread that serves calls is to those that it makes itself.
#pragma once

#include <cstdint>

namespace brood::managing {

// The chain of the call that this thread serves; 0: none.
std::uint64_t current_chain() noexcept;

}  // namespace brood::managing
