// SPDX-License-Identifier: MIT
// The kinds of shared objects. Every process that may clear up after another one must know them, also those that never
// use them.
#pragma once

namespace brood::detail {

void register_kinds() noexcept;

}  // namespace brood::detail
