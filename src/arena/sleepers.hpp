// SPDX-License-Identifier: MIT
// Sleeping at a word of the shared memory until somebody wakes who sleeps there, in whatever process.
//
// Each thread has a place in a table that all processes see. Who waits enters the word's offset there, looks at the
// word once more, and sleeps; who changed the word looks through the table. The idea is that of WebKit's parking lot,
// with one table instead of hashed queues: few threads sleep at a time, and a dead one is taken out by clearing its
// row.
#pragma once

#include "arena/memory.hpp"

#include "platform/platform.hpp"

#include <cstdint>
#include <vector>

namespace brood::arena {

// Whether a wait is over. Who waits tries once more before it gives up.
inline bool is_past(const platform::deadline& until) { return until && std::chrono::steady_clock::now() >= *until; }

// Registers the calling thread as a sleeper at `word`, until the end of this object. Between construction and sleep()
// the caller must look once more at what it waits for. A thread has one of these at a time. Throws std::system_error
// (resource_unavailable_try_again) when the table is full.
class waiting {
public:
    explicit waiting(const void* word);
    ~waiting();
    waiting(const waiting&) = delete;
    waiting& operator=(const waiting&) = delete;
    // Returns when woken, after the deadline, or for no reason (as when a process of the session ended).
    void sleep(platform::deadline until);
    // Whether a wake() was meant for this thread; it will not be given to another.
    bool woken() const noexcept;
    // From now on no wake() is meant for this thread: true; false when one was already.
    bool give_up() noexcept;

private:
    std::uint32_t index_;
};

// The same for many words at once: any wake() at one of them wakes the thread, beside the one that it would have woken
// anyway.
class waiting_for_many {
public:
    waiting_for_many();
    ~waiting_for_many();
    waiting_for_many(const waiting_for_many&) = delete;
    waiting_for_many& operator=(const waiting_for_many&) = delete;
    void add(const void* word);
    void sleep(platform::deadline until);
    // From any thread of this process: ends the sleep.
    void poke() noexcept;
    // Before the caller looks again: what comes after this ends the next sleep.
    void rearm() noexcept;

private:
    std::uint32_t index_;
    std::vector<std::uint32_t> watched_;
};

// Wakes up to `count` of the threads that sleep at the word, and all that wait there among other words; after the word
// was changed with sequential consistency. Async-signal-safe on POSIX.
void wake(const void* word, std::uint32_t count) noexcept;
inline constexpr std::uint32_t everybody = ~0U;

// After a death: takes the dead process's rows out, if it is one (0: nobody), and wakes all others, so that they look
// again.
void clear_sleepers(process_tag dead) noexcept;

}  // namespace brood::arena
