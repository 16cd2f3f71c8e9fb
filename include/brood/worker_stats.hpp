// SPDX-License-Identifier: MIT
// What a pool's workers are doing.
#pragma once

#include <brood/error.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace brood {

// What a worker does at the moment.
enum class worker_state : std::uint8_t {
    starting,  // with its initializer, too
    idle,
    busy,
    waiting,  // its task waits for another one (threads)
    ending
};

// One worker at one moment.
struct worker_stats {
    int id = 0;          // its number in the pool, from 0; a worker that replaces another takes over its number
    process_id pid = 0;  // of its process; for threads this one's
    worker_state state = worker_state::starting;
    std::uint64_t tasks = 0;                // that it ended; elements of maps, too
    std::chrono::nanoseconds busy{};        // with tasks
    std::chrono::nanoseconds idle{};        // without
    std::chrono::nanoseconds start_time{};  // until it was ready for its first task
    std::uint64_t restarts = 0;             // how often the worker of this number was replaced
    std::uint64_t memory = 0;               // bytes that are its alone; 0 where it cannot be told, and for threads
};

}  // namespace brood
