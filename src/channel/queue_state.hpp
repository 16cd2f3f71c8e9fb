// SPDX-License-Identifier: MIT
// A queue as it lies in shared memory.
#pragma once

#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "channel/lane.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace brood::channel {

inline constexpr std::size_t most_lanes = 4;
inline constexpr std::uint64_t no_capacity = ~std::uint64_t{0};

// One bit for each process of the session, by its record.
struct process_set {
    std::array<std::atomic<std::uint64_t>, (arena::process_limit + 1) / 64> words;

    void add(arena::process_tag process) noexcept {
        auto& word = word_of(process);
        if ((word.load(std::memory_order_relaxed) & bit_of(process)) == 0) word.fetch_or(bit_of(process));
    }
    void remove(arena::process_tag process) noexcept { word_of(process).fetch_and(~bit_of(process)); }
    bool has(arena::process_tag process) const noexcept {
        return (words[arena::record_of(process) / 64].load() & bit_of(process)) != 0;
    }
    bool has_others(arena::process_tag than) const noexcept {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const auto own = i == arena::record_of(than) / 64 ? bit_of(than) : 0;
            if ((words[i].load() & ~own) != 0) return true;
        }
        return false;
    }

private:
    std::atomic<std::uint64_t>& word_of(arena::process_tag process) noexcept {
        return words[arena::record_of(process) / 64];
    }
    static std::uint64_t bit_of(arena::process_tag process) noexcept {
        return std::uint64_t{1} << (arena::record_of(process) % 64);
    }
};

// A side that may sleep: 1 when some thread does, or did.
using bell = std::atomic<std::uint32_t>;
// Where several may wait for the same: the processes of the threads that look and do not sleep, or 0.
struct lookout_posts {
    std::atomic<std::uint32_t> in_use;  // more than one process waits here
    std::array<std::atomic<arena::process_tag>, 8> taken_by;

    bool any() const noexcept {
        return std::any_of(taken_by.begin(), taken_by.end(),
                           [](const auto& post) { return post.load(std::memory_order_relaxed) != 0; });
    }
};

struct queue_state {
    std::uint64_t capacity;
    std::uint64_t plain_size;
    std::uint32_t lane_count;  // a power of two
    std::uint32_t is_pipe;     // then it ends with an end of the pipe; else with the last other process
    std::atomic<std::uint32_t> closed;
    std::atomic<std::uint32_t> unread;      // a pipe's reading end is gone
    std::atomic<std::uint32_t> was_shared;  // another process had it
    arena::process_tag maker;
    alignas(64) bell readers;
    lookout_posts lookouts;  // of readers
    alignas(64) bell writers;
    bell joiners;
    std::atomic<std::uint64_t> done;  // how often task_done() was called
    std::array<lane, most_lanes> lanes;
    process_set have_put, have_got;  // not for pipes
};

inline queue_state& queue_at(arena::offset block) noexcept {
    return *static_cast<queue_state*>(arena::bytes_of(block));
}

void wake_all(queue_state& self) noexcept;
// As the reader of a pipe, and as its writer: no more will come of it.
void end_writing(queue_state& self) noexcept;
void end_reading(queue_state& self) noexcept;

// A queue's block.
arena::block_handle make_queue(std::uint64_t capacity, std::size_t plain_size, bool for_pipe);

}  // namespace brood::channel
