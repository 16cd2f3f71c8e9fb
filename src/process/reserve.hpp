// SPDX-License-Identifier: MIT
// Children that were spawned ahead of time.
#pragma once

#include <cstddef>

namespace brood::detail {

void resize_reserve(std::size_t n);
std::size_t reserve_ready();
void shut_down_reserve() noexcept;

}  // namespace brood::detail
