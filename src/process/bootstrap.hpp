// SPDX-License-Identifier: MIT
// Whether this process is a child that has not reached its target yet.
#pragma once

#include "platform/platform.hpp"

namespace brood::detail {

// Whether brood::init was called in this process (or its original, before a fork).
bool init_was_called() noexcept;
// Whether this process was spawned as a child and its static initialisers, or the part of main before init, still run.
bool is_bootstrapping() noexcept;
// Tells the waiting parent that this bootstrapping child tried to start a process.
void report_early_start(const char* text) noexcept;

}  // namespace brood::detail
