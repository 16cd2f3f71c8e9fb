// SPDX-License-Identifier: MIT
// What a forked child gets from its parent and a spawned one lacks: open files, sockets, threads' traces, locks.
#pragma once

#include "check/drift.hpp"

#include <vector>

namespace tool::check {

// The pictures of one start; `child` is null when it did not come to its target. `folder`: where they ran.
struct start_pictures {
    const picture& parent;
    const picture* child;
    const std::string& folder;
};

// Adds what the parent had at the moment of start() and is not listed yet.
void add_inherited(const start_pictures& start, debug_files& files, std::vector<inherited_thing>& into);

}  // namespace tool::check
