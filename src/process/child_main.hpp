// SPDX-License-Identifier: MIT
// What a child does from its first instruction of brood's to its end.
#pragma once

#include "platform/platform.hpp"
#include "process/setup.hpp"
#include "process/wire.hpp"

#include <brood/detail/target.hpp>

#include <functional>

namespace brood::detail {

// Spawned: reads what it is and what to run.
[[noreturn]] void run_spawned_child(platform::bootstrap bootstrap);
// The same for a child of the fork server, which is no longer the server.
[[noreturn]] void run_served_child(platform::unique_handle channel, platform::unique_handle lifeline);
// Forked: has it already. `streams` and directory are applied as for the others. `channel` may be closed.
[[noreturn]] void run_forked_child(wire parent, const child_setup& setup, const std::function<void()>& prepare,
                                   target& work);

}  // namespace brood::detail
