// SPDX-License-Identifier: MIT
// Results that other processes may wait for, and forks.
#pragma once

namespace brood::channel {

// In the thread that is about to fork: a child that has a copy of a shared future can wait for it then. Throws
// std::bad_alloc.
void prepare_results_for_fork();

}  // namespace brood::channel
