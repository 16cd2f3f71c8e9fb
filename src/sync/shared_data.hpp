// SPDX-License-Identifier: MIT
// What shared_value, shared_array and kept handles must have done before others can clear up after them.
#pragma once

#include "arena/blocks.hpp"

namespace brood::detail {

// The kinds of their blocks, each in its own file.
void register_container_kind() noexcept;
void register_array_kind() noexcept;
void register_handle_kind() noexcept;
// All, once; called by every process that may clear up after others, and before the first use.
inline void register_shared_data() noexcept {
    static const bool done = [] {
        register_container_kind();
        register_array_kind();
        register_handle_kind();
        return true;
    }();
    static_cast<void>(done);
}

}  // namespace brood::detail
