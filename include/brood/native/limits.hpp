// SPDX-License-Identifier: MIT
// What the operating system itself needs for the work that brood is measured against, and what it tells about the
// memory of a process. For benchmarks and tests; a program does not need them.
#pragma once

#include <brood/error.hpp>
#include <brood/exit_status.hpp>
#include <brood/export.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brood::native {

// Forks once; the child ends at once and is waited for: the least that any start by fork costs.
// Blocks until the child ended. Call it while no other thread holds a lock that a fork handler takes.
// Windows: throws std::system_error (std::errc::not_supported).
BROOD_API void fork_wait();

// How a program that spawn_wait() ran came to its end, and the processor time that it used, in seconds.
// POSIX: with the time of the processes that it started and waited for; Windows: of the program alone.
struct run_result {
    exit_status status;
    double user_seconds = 0;
    double system_seconds = 0;
};

// Runs a program by the system's own call (posix_spawn, CreateProcess) and waits until it ended: the least that a
// start by spawn costs. `argv[0]` is a path, or a name that is looked up in PATH; the program inherits the standard
// streams, the environment and the working directory.
// Blocks; safe from several threads. Throws std::system_error when the program cannot be started, std::invalid_argument
// when `argv` is empty.
BROOD_API run_result spawn_wait(const std::vector<std::string>& argv);

// The least that a lock between processes does, on a word in shared memory that begins as 0: a futex, with no thought
// of owners that die, and no spinning. Blocks. Elsewhere than on Linux they throw std::system_error
// (std::errc::not_supported).
BROOD_API void futex_lock(std::uint32_t& word);
// Gives up what futex_lock() took, and wakes one that waits.
BROOD_API void futex_unlock(std::uint32_t& word);

// The memory in bytes that a process does not share with others: dirty private pages and what of them is swapped out
// (Linux), the physical footprint (macOS), private committed memory (Windows). `pid` 0 means this process. Empty when
// the process is gone, belongs to somebody else, or the system does not tell.
BROOD_API std::optional<std::uint64_t> private_bytes(process_id pid = 0);

// The name of what imitates the operating system under this program ("Wine 8.0"), where measured times say nothing
// about the real system; empty on a real one.
BROOD_API std::string compatibility_layer();

}  // namespace brood::native
