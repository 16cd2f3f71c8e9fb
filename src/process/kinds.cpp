// SPDX-License-Identifier: MIT
#include "process/kinds.hpp"

#include "channel/kinds.hpp"
#include "sync/shared_data.hpp"

namespace brood::detail {

// One line for each area; they also make the linker keep the files of areas that the program does not use.
void register_kinds() noexcept {
    register_shared_data();
    channel::register_channels();
}

}  // namespace brood::detail
