// SPDX-License-Identifier: MIT
// How a child process comes to be, chosen once for the program or per process.
#pragma once

#include <brood/call.hpp>
#include <brood/export.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace brood {

// fork:       a copy of this process, with its memory and open files. POSIX only; refused while other threads run.
// spawn:      a fresh run of this program, which gets its work serialized. The default, everywhere.
// forkserver: a copy of a clean, single-threaded server that was spawned from this program. POSIX only.
enum class start_method { fork, spawn, forkserver };

// "fork", "spawn", "forkserver".
BROOD_API std::string_view to_string(start_method method) noexcept;
// The reverse; any other text throws std::invalid_argument.
BROOD_API start_method parse_start_method(std::string_view name);

// What this system offers, the default first.
BROOD_API std::vector<start_method> available_start_methods();

// The method that a process without one of its own uses. A child has its parent's.
BROOD_API start_method get_start_method();

// Chooses it. A second call throws std::logic_error unless `force` is true; a method that the system lacks throws
// std::invalid_argument. Thread-safe; processes that run already are not affected.
BROOD_API void set_start_method(start_method method, bool force = false);

// The program (UTF-8 path) that spawned children and the fork server run; empty: this one. It must be a build of this
// same program: children check, and another build makes start() throw bootstrap_error.
BROOD_API void set_executable(const std::string& path);

// What the fork server runs once before it serves, for example to load tables that all children then share. Affects
// servers started from now on; the next start uses a new one. An exception in it is thrown by that start().
BROOD_API void set_forkserver_preload(bound_call call);

// Keeps `n` spawned children ready and idle (refilled in the background), so that a spawn start costs about as much
// as a fork on every system. Their static initialisers have run ahead; working directory and environment are those of
// start(). 0 ends them. Costs the memory of n idle processes.
BROOD_API void set_spawn_reserve(std::size_t n);
// How many are ready now.
BROOD_API std::size_t spawn_reserve_ready();

}  // namespace brood
