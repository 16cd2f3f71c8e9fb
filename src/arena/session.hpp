// SPDX-License-Identifier: MIT
// The session: all processes that share memory, from the first one down through its children. Here they come and go.
//
// A process of the session has a record. Its parent reserves it before the start; the child takes it up; when the child
// has ended, whoever notices first marks the record and clears up: locks of the dead one count as abandoned from that
// moment, its references are given back, and everybody who sleeps looks again.
//
//   free -> reserved -> living -> ended -> free
#pragma once

#include "arena/layout.hpp"

#include "platform/platform.hpp"

#include <functional>

namespace brood::arena {

// Maps the memory and takes a record, unless that was done. Throws brood::error when there is no shared memory to be
// had.
void join_session();
// Joins, and watches this process's children from now on.
void use_session();
// Whether this process uses shared objects.
bool is_used() noexcept;

// ---- for the process layer ----------------------------------------------------------------------------------------

// The tag of a child that is about to be started; 0 when there is no shared memory (the child then has none either).
process_tag reserve_process() noexcept;
// In a process that forks children of others: has the memory mapped for them, where that can be.
void map_for_children() noexcept;
// In the child: it is the process of that tag; 0: none, it will have a session of its own if it needs one.
void become_process(process_tag tag) noexcept;
// The process ended, or was never started; harmless when said before. `violently`: other than by itself with code 0.
// `how`: what how_it_ended() is to give.
void process_ended(process_tag tag, bool violently, std::uint64_t how = 0) noexcept;
// 0 while it lives, or when nobody said, or so many were started since that its record is another's.
std::uint64_t how_it_ended(process_tag tag) noexcept;
// Whether it can do nothing any more, though perhaps nobody has said so yet: asks the system.
bool has_ended(process_tag tag) noexcept;
// Called once, when this process begins to use shared objects: it then names its living children by watch_process().
void on_first_use(void (*hook)()) noexcept;
// Calls `ended`, which must not throw, on brood's own thread once the process has ended; at once, in this thread, when
// there is none with that id.
void watch_process(process_id pid, std::function<void()> ended);

// Around a fork by brood: the child gets the references of this process.
class fork_scope {
public:
    explicit fork_scope(process_tag child);
    ~fork_scope();
    fork_scope(const fork_scope&) = delete;
    fork_scope& operator=(const fork_scope&) = delete;

private:
    bool locked_;
};

}  // namespace brood::arena
