// SPDX-License-Identifier: MIT
// Runs of units of the shared memory: a binary buddy system, whose rows lie in a table beside the memory that they
// describe, so that nothing is touched that is not used.
#pragma once

#include "arena/transaction.hpp"

namespace brood::arena {

// Takes `units` units in a row; gives the first one's number. Throws std::bad_alloc when there is no room.
std::uint64_t take_span(transaction& change, std::uint64_t units);
// Gives them back.
void give_span(transaction& change, std::uint64_t first, std::uint64_t units);
// Makes sure that the bytes from `begin` on can be written. Throws std::bad_alloc when the system has no more memory.
// True when nobody has had them before: they are zero.
bool commit_bytes(offset begin, std::uint64_t size);

}  // namespace brood::arena
