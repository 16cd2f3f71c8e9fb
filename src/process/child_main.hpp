// SPDX-License-Identifier: MIT
// What a child does from its first instruction of brood's to its end.
#pragma once

#include "platform/platform.hpp"
#include "process/launch.hpp"
#include "process/setup.hpp"
#include "process/wire.hpp"

#include <brood/detail/target.hpp>

namespace brood::detail {

// Spawned: reads what it is and what to run.
[[noreturn]] void run_spawned_child(platform::bootstrap bootstrap);
// The same for a child of the fork server, which is no longer the server.
[[noreturn]] void run_served_child(platform::unique_handle channel, platform::unique_handle lifeline);
// In the fork server, once nothing of the program's runs in it any more: what every child would have to do by itself.
void prepare_for_served_children();
// Forked: has it already. `prepare` applies streams and directory as for the others. `channel` may be closed.
[[noreturn]] void run_forked_child(wire channel, const child_setup& setup, void (*prepare)(launch_request&),
                                   launch_request& request, target& work);

}  // namespace brood::detail
