// SPDX-License-Identifier: MIT
// A lock word in shared memory that outlives its owner: it holds the owner's tag, so whoever finds it locked can see
// whether the owner still lives. For short sections inside brood; the highest bit says that somebody may sleep.
#pragma once

#include "arena/memory.hpp"

#include "platform/platform.hpp"

#include <atomic>
#include <cstdint>

namespace brood::arena {

using lock_word = std::atomic<std::uint32_t>;
inline constexpr std::uint32_t waiters_bit = 1U << 31;

enum class acquired : std::uint8_t {
    clean,
    from_the_dead,  // its owner ended while it had the lock: what it protects may be half changed
    timed_out
};

// What becomes of a lock whose owner died: this process gets it, or is only told (all who wait for it are, too).
enum class dead_owner : std::uint8_t { take_over, report };

inline bool try_acquire(lock_word& word) noexcept {
    std::uint32_t free = 0;
    return word.compare_exchange_strong(free, own_tag.load(std::memory_order_relaxed), std::memory_order_acquire);
}
// Locks; blocks, spinning shortly first.
acquired acquire_slowly(lock_word& word, platform::deadline until, dead_owner rule = dead_owner::take_over);
inline acquired acquire(lock_word& word) { return try_acquire(word) ? acquired::clean : acquire_slowly(word, {}); }

void wake_next(lock_word& word) noexcept;
inline void release(lock_word& word) noexcept {
    if ((word.exchange(0) & waiters_bit) != 0) wake_next(word);
}

}  // namespace brood::arena
