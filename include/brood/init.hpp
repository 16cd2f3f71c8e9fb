// SPDX-License-Identifier: MIT
// The one call that a program must make.
#pragma once

#include <brood/export.hpp>

namespace brood {

// The first statement of main. In a child that brood spawned it runs the target and does not return; otherwise it
// returns at once. Without it every spawn or forkserver start throws bootstrap_error, in the parent, before any child
// exists. `fork` needs no init. The arguments are not changed; children do not see them.
BROOD_API void init(int argc, char** argv);

// True in a process that brood started, however it was started.
BROOD_API bool is_child() noexcept;

}  // namespace brood
