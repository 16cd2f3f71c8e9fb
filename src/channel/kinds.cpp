// SPDX-License-Identifier: MIT
#include "channel/kinds.hpp"

#include "channel/message.hpp"

namespace brood::channel {

void register_channels() noexcept {
    [[maybe_unused]] static const bool done = [] {
        register_message_kind();
        register_queue_kind();
        register_pipe_kind();
        register_result_kind();
        return true;
    }();
}

}  // namespace brood::channel
