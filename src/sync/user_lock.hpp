// SPDX-License-Identifier: MIT
// What the locks that users hold have in common: who finds that the owner died is told so, and does not get the lock.
#pragma once

#include "arena/robust_lock.hpp"

#include "platform/platform.hpp"

namespace brood::detail {

// What is below the first attempt, which is inline: mostly there is nothing to wait for.
bool wait_for_user(arena::lock_word& word, platform::deadline until);
bool look_for_user(const arena::lock_word& word);
[[noreturn]] void throw_not_held();

// False after the deadline. Throws owner_died.
inline bool lock_for_user(arena::lock_word& word, const platform::deadline& until) {
    return arena::try_acquire(word) || wait_for_user(word, until);
}
inline bool try_lock_for_user(arena::lock_word& word) { return arena::try_acquire(word) || look_for_user(word); }
// Throws std::logic_error when another process holds it, or none.
inline void unlock_for_user(arena::lock_word& word) {
    const std::uint32_t seen = word.load(std::memory_order_relaxed);
    if ((seen & ~arena::waiters_bit) != arena::own_tag.load(std::memory_order_relaxed)) throw_not_held();
    arena::release(word);
}
// True when the owner had died.
bool recover_for_user(arena::lock_word& word);
[[noreturn]] void throw_owner_died();

}  // namespace brood::detail
