// SPDX-License-Identifier: MIT
// What a forked child gets from its parent and a spawned one lacks: open files, sockets, threads' traces, locks.
#pragma once

#include "check/drift.hpp"

#include <vector>

namespace tool::check {

// Adds what the parent had at the moment of start() and is not listed yet. `child`: a spawned one's picture, or null.
void add_inherited(const picture& parent, const picture* child, debug_files& files, std::vector<inherited_thing>& into);

}  // namespace tool::check
