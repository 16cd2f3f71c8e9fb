// SPDX-License-Identifier: MIT
// How many of this process's threads are brood's own.
#pragma once

#include <cstddef>

namespace brood::platform::posix {

std::size_t helper_threads() noexcept;
// In a forked child, which has none of them.
void forget_helper_threads() noexcept;

}  // namespace brood::platform::posix
