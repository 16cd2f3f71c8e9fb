// SPDX-License-Identifier: MIT
// How the objects here wait: a few looks, then sleep until woken, then another try. A wake-up is never lost:
//  - a thread tries to take what it waits for only while it is not registered as a sleeper, so whoever was chosen to be
//    woken tries after that, even if it gives up then;
//  - while it is registered it only looks;
//  - a dead process's wake-ups went to everybody, who look again.
#pragma once

#include "arena/sleepers.hpp"

#include "platform/platform.hpp"
#include "platform/session_memory.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>

namespace brood::detail {

// How often this thread looks before it sleeps: more while that helps, hardly while it does not.
class spinning {
public:
    // Whether `attempt` succeeded meanwhile.
    template <class Attempt>
    static bool spin(Attempt& attempt) {
        for (int i = 0; i < looks_; ++i) {
            if (attempt()) {
                if (looks_ < most) looks_ += step;
                return true;
            }
            platform::pause();
        }
        if (looks_ > least) looks_ -= step;
        return false;
    }

private:
    static constexpr int least = 4, most = 100, step = 4;
    static thread_local int looks_;
};

using arena::is_past;

// Until `attempt()` succeeds: true; false when the deadline came first, at which it was tried once more. `blocked()`
// tells, without any effect, whether it would fail. Whoever changes that wakes sleepers at `word`.
template <class Attempt, class Blocked>
bool sleep_until(const void* word, platform::deadline until, Attempt attempt, Blocked blocked) {
    if (spinning::spin(attempt)) return true;
    for (;;) {
        if (!is_past(until)) {
            arena::waiting sleeper(word);
            if (blocked()) sleeper.sleep(until);
        }
        if (attempt()) return true;
        if (is_past(until)) return false;
    }
}

// Counts who may sleep, so that nobody looks for sleepers where there are none. The dead may be counted for ever.
class sleepers_hint {
public:
    class entry {
    public:
        explicit entry(sleepers_hint& hint) noexcept : hint_(hint) { ++hint_.count_; }
        ~entry() { --hint_.count_; }
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;

    private:
        sleepers_hint& hint_;
    };
    // After a sequentially consistent change of what they wait for. Async-signal-safe on POSIX.
    void wake(std::uint32_t count) const noexcept {
        if (count_.load() != 0) arena::wake(this, count);
    }

private:
    std::atomic<std::uint32_t> count_{0};
};

}  // namespace brood::detail
