// SPDX-License-Identifier: MIT
#include "sync/user_lock.hpp"

#include <brood/error.hpp>

#include <stdexcept>

namespace brood::detail {

using arena::acquired;

void throw_owner_died() {
    throw owner_died("the process that held this lock has ended without unlocking it; recover() takes it");
}

bool lock_for_user(arena::lock_word& word, platform::deadline until) {
    if (arena::try_acquire(word)) return true;
    switch (arena::acquire_slowly(word, until, arena::dead_owner::report)) {
        case acquired::clean: return true;
        case acquired::from_the_dead: throw_owner_died();
        case acquired::timed_out: break;
    }
    return false;
}

bool try_lock_for_user(arena::lock_word& word) {
    if (arena::try_acquire(word)) return true;
    const std::uint32_t seen = word.load();
    if (seen != 0 && !arena::is_living(seen & ~arena::waiters_bit)) throw_owner_died();
    return false;
}

void unlock_for_user(arena::lock_word& word) {
    const std::uint32_t seen = word.load(std::memory_order_relaxed);
    if ((seen & ~arena::waiters_bit) != arena::own_tag.load(std::memory_order_relaxed))
        throw std::logic_error("this process does not hold the lock that it wants to unlock");
    arena::release(word);
}

bool recover_for_user(arena::lock_word& word) { return arena::acquire(word) == acquired::from_the_dead; }

}  // namespace brood::detail
