// SPDX-License-Identifier: MIT
#include "arena/robust_lock.hpp"

#include "arena/session.hpp"
#include "arena/sleepers.hpp"

#include "platform/session_memory.hpp"

#include <algorithm>

namespace brood::arena {
namespace {

// A look takes the line from the owner, who then waits for it at the next step: so each look is later than the one
// before.
constexpr int spins = 256, longest_pause = 64;

// Short sections end soon. Who has waited for so long asks the system whether the owner still runs: it may be this very
// thread that would report its death.
constexpr auto patience = std::chrono::milliseconds(50);

bool try_for_a_while(lock_word& word, std::uint32_t mine) noexcept {
    for (int spent = 0, pauses = 1; spent < spins; spent += pauses, pauses = std::min(pauses * 2, longest_pause)) {
        std::uint32_t free = 0;
        if (word.load(std::memory_order_relaxed) == 0 && word.compare_exchange_weak(free, mine)) return true;
        for (int i = 0; i < pauses; ++i) platform::pause();
    }
    return false;
}

}  // namespace

acquired acquire_slowly(lock_word& word, platform::deadline until, dead_owner rule) {
    const process_tag me = own_tag.load(std::memory_order_relaxed);
    std::uint32_t mine = me;  // with the bit once this thread has slept: others may sleep, too
    bool asks = false;
    if (try_for_a_while(word, mine)) return acquired::clean;
    for (;;) {
        std::uint32_t seen = word.load();
        if (seen == 0) {
            if (word.compare_exchange_strong(seen, mine)) return acquired::clean;
            continue;
        }
        if (const process_tag owner = seen & ~waiters_bit; !is_living(owner) || (asks && has_ended(owner))) {
            if (rule == dead_owner::report) return acquired::from_the_dead;
            if (word.compare_exchange_strong(seen, me | waiters_bit)) return acquired::from_the_dead;
            continue;
        }
        // Before giving up, too: the wake that this thread got may have been the only one, and whoever was quicker to
        // lock does not know of the others.
        if ((seen & waiters_bit) == 0 && !word.compare_exchange_strong(seen, seen | waiters_bit)) continue;
        if (is_past(until)) return acquired::timed_out;
        seen |= waiters_bit;
        {
            waiting sleeper(&word);
            const bool is_short = rule == dead_owner::take_over && !until;
            if (word.load() == seen && is_living(seen & ~waiters_bit))
                sleeper.sleep(is_short ? std::chrono::steady_clock::now() + patience : until);
            asks = is_short && !sleeper.woken();
        }
        mine = me | waiters_bit;
    }
}

void wake_next(lock_word& word) noexcept { wake(&word, 1); }

}  // namespace brood::arena
