// SPDX-License-Identifier: MIT
// What the processes of this user that use brood are doing at the moment, as `brood top` shows it.
#pragma once

#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/worker_stats.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace brood::native {

// What a task calls: where its code lies, and the name of the function's or function object's type.
struct activity_function {
    std::string module;        // path of the program or library; empty when there is no code to point to
    std::uint64_t offset = 0;  // of the code in it
    std::string type;          // as typeid(...).name() gives it; may be empty
};

// A worker of a pool, which is a process.
struct worker_activity {
    int id = 0;          // its number in the pool
    process_id pid = 0;  // 0 while it starts
    worker_state state = worker_state::starting;
    std::chrono::nanoseconds in_state{};  // since when
    std::uint64_t tasks = 0;              // that this process ended; elements of maps, too
    std::chrono::nanoseconds busy{};      // with tasks, the one that runs too
    std::uint64_t memory = 0;             // bytes that are its alone; 0 where it cannot be told
    activity_function task;               // what it runs; of a busy worker
};

// A pool of processes.
struct pool_activity {
    std::string name;
    process_id owner = 0;
    std::uint64_t wanted = 0;                // workers
    std::uint64_t waiting = 0, running = 0;  // tasks that did not end yet; what travels together of a map is one
    std::uint64_t ended = 0, failed = 0;     // tasks; those that failed are among those that ended
    std::uint64_t restarts = 0;              // workers that were replaced
    std::vector<worker_activity> workers;    // by number
};

// A process of a session.
struct process_activity {
    process_id pid = 0;
    process_id parent = 0;  // 0: the first process of the session, or its parent is gone
    std::string program;    // path; empty where it cannot be told
    std::uint64_t memory = 0;
};

// The processes that share one memory: a program and the children that it started.
struct session_activity {
    std::uint64_t id = 0;                     // random
    bool readable = true;                     // false: of another version of brood, or damaged; then only `id` counts
    std::vector<process_activity> processes;  // by pid
    std::vector<pool_activity> pools;         // those of processes; thread pools are not seen
    std::uint64_t blocks = 0, bytes = 0;      // of shared memory that are in use
};

// Looks at every session of this user, without touching it: the programs notice nothing, and what they change meanwhile
// may be seen half changed. Costs some hundred kilobytes of reading for each session and pool, and a look at the open
// files of every process. Sessions that may not be opened are left out. A process shows up once it uses something
// shared: a pool, a queue, a lock.
//
// Any thread. Linux: by /proc. Windows: of processes of the same logon session. macOS: throws std::system_error
// (std::errc::not_supported), since the system does not let one process find another's memory.
BROOD_API std::vector<session_activity> look_at_sessions();

}  // namespace brood::native
