// SPDX-License-Identifier: MIT
#include "sync/user_lock.hpp"

#include <brood/error.hpp>

#include <stdexcept>

namespace brood::detail {

using arena::acquired;

void throw_owner_died() {
    throw owner_died("the process that held this lock has ended without unlocking it; recover() takes it");
}

bool wait_for_user(arena::lock_word& word, platform::deadline until) {
    switch (arena::acquire_slowly(word, until, arena::dead_owner::report)) {
        case acquired::clean: return true;
        case acquired::from_the_dead: throw_owner_died();
        case acquired::timed_out: break;
    }
    return false;
}

bool look_for_user(const arena::lock_word& word) {
    const std::uint32_t seen = word.load();
    if (seen != 0 && !arena::is_living(seen & ~arena::waiters_bit)) throw_owner_died();
    return false;
}

void throw_not_held() { throw std::logic_error("this process does not hold the lock that it wants to unlock"); }

bool recover_for_user(arena::lock_word& word) { return arena::acquire(word) == acquired::from_the_dead; }

}  // namespace brood::detail
