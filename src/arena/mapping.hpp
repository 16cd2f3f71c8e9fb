// SPDX-License-Identifier: MIT
// The session's memory as this process has it.
#pragma once

#include "arena/memory.hpp"

#include "platform/handle_keeper.hpp"

namespace brood::arena {

// Has the memory that the parent gave, and the way to the keeper of handles, before the first use; ignored when this
// process has one.
void offer_memory(platform::unique_handle memory, platform::unique_handle keeper) noexcept;
// Whether the parent gave memory.
bool was_offered() noexcept;
// Maps what was offered, or makes a session's memory; once. Throws std::system_error. Any thread.
void map_memory();
bool is_mapped() noexcept;
// For children; stays this process's. no_handle() before map_memory().
platform::handle_t memory_handle() noexcept;
// Who keeps handles of the system for this session: its first process. After map_memory().
platform::handle_keeper handle_keeper() noexcept;
// Address space that it takes, in bytes; 0 before map_memory().
std::uint64_t mapped_bytes() noexcept;
void commit_units(std::uint64_t first, std::uint64_t units);

}  // namespace brood::arena
