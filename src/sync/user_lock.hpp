// SPDX-License-Identifier: MIT
// What the locks that users hold have in common: who finds that the owner died is told so, and does not get the lock.
#pragma once

#include "arena/robust_lock.hpp"

#include "platform/platform.hpp"

namespace brood::detail {

// False after the deadline. Throws owner_died.
bool lock_for_user(arena::lock_word& word, platform::deadline until);
bool try_lock_for_user(arena::lock_word& word);
// Throws std::logic_error when another process holds it, or none.
void unlock_for_user(arena::lock_word& word);
// True when the owner had died.
bool recover_for_user(arena::lock_word& word);
[[noreturn]] void throw_owner_died();

}  // namespace brood::detail
