// SPDX-License-Identifier: MIT
// What queues, pipes and results must have done before others can clear up after them.
#pragma once

namespace brood::channel {

void register_queue_kind() noexcept;
void register_pipe_kind() noexcept;
void register_result_kind() noexcept;
// All kinds of this layer, once; called by every process that may clear up after others, and before the first use.
void register_channels() noexcept;

}  // namespace brood::channel
