// SPDX-License-Identifier: MIT
// What a port supplies for memory that all processes of a session share, and for sleeping in it. The rules of
// platform.hpp hold here too.
#pragma once

#include "platform/platform.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace brood::platform {

// ---- the memory ---------------------------------------------------------------------------------------------------

// How much address space a session may reserve: a power of two that this process can map, within its limits. At least
// 16 MiB. BROOD_ARENA_SIZE (bytes; rounded down to a power of two) makes it smaller.
std::uint64_t session_memory_size();
// An object of that many bytes, all zero, of which nothing is in memory yet. Without a name; the system frees it with
// the last process that has it mapped or holds a handle. On POSIX the handle stays open in forked children.
unique_handle make_session_memory(std::uint64_t size);
// Maps all of it, for reading and writing; it stays until the process ends. The address differs between processes. Core
// dumps leave it out where the system can.
std::byte* map_session_memory(handle_t memory, std::uint64_t size);
void unmap_session_memory(const std::byte* base, std::uint64_t size) noexcept;
// Makes the first bytes usable, without taking memory for what is not touched.
void prepare_session_tables(std::byte* base, std::uint64_t size);
// Makes sure that this part can be written without failing later; throws std::errc::not_enough_memory or
// no_space_on_device. The part begins and ends at multiples of session_memory_step. fork: yes.
inline constexpr std::uint64_t session_memory_step = std::uint64_t{256} << 10;
void commit_session_memory(handle_t memory, std::byte* base, std::uint64_t offset, std::uint64_t size);

// ---- looking at other sessions ------------------------------------------------------------------------------------

// The memory of each session that processes of this user have, to be read alone. Skips what it may not open. Throws
// std::system_error (std::errc::not_supported) where the system does not let one find it.
std::vector<unique_handle> find_session_memories();
// Copies a part without touching memory that was never used; false when it cannot be had.
bool read_session_memory(handle_t memory, std::uint64_t offset, void* into, std::size_t size) noexcept;
// The path of a process's program, UTF-8; empty when it cannot be told.
std::string program_of(process_id pid);

// ---- sleeping -----------------------------------------------------------------------------------------------------

// Where one thread sleeps, in shared memory. `index` and `session` together are one place; a place is used by one
// thread at a time, perhaps of one process after another.
struct sleeping_place {
    std::atomic<std::uint32_t>& word;
    std::uint32_t index;
    std::uint64_t session;
};
// Returns when the word is no longer `asleep`, after the deadline, or for no reason. A waker changes the word first.
void sleep_in_place(const sleeping_place& place, std::uint32_t asleep, deadline until);
// Wakes whoever sleeps there. Async-signal-safe on POSIX. fork: yes.
void wake_in_place(const sleeping_place& place) noexcept;
// Tells the processor that this thread spins.
inline void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// ---- other processes of the session -------------------------------------------------------------------------------

// A handle of any living process, for wait_many; empty when there is none with that id.
unique_handle find_process(process_id pid);
// Whether the system says that there is no process with that id, or that it has ended. False when it cannot be asked.
bool is_gone(process_id pid) noexcept;
// The time now on the clock of process_birth(), in its units. A process of a known id that was born later than it was
// last seen is another one.
std::uint64_t process_clock_now() noexcept;

}  // namespace brood::platform
