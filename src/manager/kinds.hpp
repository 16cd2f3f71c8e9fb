// SPDX-License-Identifier: MIT
// What this layer's blocks need when nobody refers to them any more.
#pragma once

namespace brood::managing {

// Once; before the first use. Programs that use managers do it in each of their processes before main.
void register_managing() noexcept;

}  // namespace brood::managing
