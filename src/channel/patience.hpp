// SPDX-License-Identifier: MIT
// How threads wait at a queue: some looks, each later than the one before so that values gather meanwhile, then sleep.
// A bell says whether anybody may sleep, so that nobody looks for sleepers where there are none:
//  - a thread registers as a sleeper, sets the bell, looks once more, and sleeps; awake again, for whatever reason, it
//    sets the bell for those who still sleep;
//  - who changed what they wait for looks at the bell, clears it, and wakes one.
// So there is one wake-up until the woken thread runs, however many values come meanwhile; it wakes the next one if
// there is still something for others.
#pragma once

#include "arena/fence.hpp"
#include "arena/sleepers.hpp"
#include "channel/queue_state.hpp"

#include "platform/platform.hpp"
#include "platform/session_memory.hpp"

#include <chrono>

namespace brood::channel {

using arena::is_past;

// After a change that was made with any order.
inline void ring_bell(bell& which) noexcept {
    arena::fence(std::memory_order_seq_cst);
    if (which.load(std::memory_order_relaxed) != 0 && which.exchange(0) != 0) arena::wake(&which, 1);
}

class patience {
public:
    // Whether `ready()` became true during some looks.
    template <class Ready>
    static bool look(Ready ready) {
        int waited = 0;
        for (int pauses = 1; waited < limit_; pauses = pauses < longest ? pauses * 2 : longest) {
            for (int i = 0; i < pauses; ++i) platform::pause();
            waited += pauses;
            if (!ready()) continue;
            limit_ = limit_ < most ? limit_ * 2 : most;
            return true;
        }
        limit_ = limit_ > least ? limit_ / 2 : least;
        return false;
    }

private:
    static constexpr int longest = 32, least = 16, most = 1024;
    static thread_local int limit_;
};

// Sleeps while `blocked()`, until woken, the deadline, or for no reason.
template <class Blocked>
void sleep_at(bell& which, platform::deadline until, Blocked blocked) {
    {
        arena::waiting sleeper(&which);
        which.store(1);
        arena::fence(std::memory_order_seq_cst);
        if (blocked()) sleeper.sleep(until);
    }
    which.store(1);
}

// What `attempt()` gives when it gives something; nothing once the deadline came, at which it was tried again.
template <class Attempt, class Blocked>
auto wait_at(bell& which, platform::deadline until, Attempt attempt, Blocked blocked) -> decltype(attempt()) {
    bool last = until == std::chrono::steady_clock::time_point::min();
    for (bool slept = false;;) {
        auto result = attempt();
        if (result || last) {
            if (slept && !blocked()) ring_bell(which);  // what came until this thread ran woke nobody else
            return result;
        }
        if (!patience::look([&] { return !blocked(); })) {
            sleep_at(which, until, blocked);
            slept = true;
        }
        last = is_past(until);
    }
}

}  // namespace brood::channel
