// SPDX-License-Identifier: MIT
// The fork server: a clean, single-threaded run of this program that forks children on request.
#pragma once

#include "platform/platform.hpp"

#include <brood/call.hpp>

namespace brood::detail {

// In the server: serves until its parent ends or lets go of it. Returns never; children leave by run_served_child.
[[noreturn]] void run_forkserver(platform::bootstrap bootstrap);

// In the parent: the next start uses a server that ran `call` first.
void set_preload(bound_call call);

}  // namespace brood::detail
