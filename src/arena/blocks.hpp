// SPDX-License-Identifier: MIT
// Blocks of the shared memory: small ones of sixteen or so sizes that share a unit, and large ones that are spans of
// their own. A block belongs to those who hold references to it: processes, and other blocks. With the last reference
// it is freed, at once or, if its kind has a clearing function, after that has run.
#pragma once

#include "arena/memory.hpp"
#include "arena/transaction.hpp"

#include <cstdint>

namespace brood::arena {

// What a block's bytes are.
enum class kind : std::uint64_t {
    free,
    bytes,  // nothing that refers to other blocks
    references,
    mutex,
    recursive_mutex,
    shared_mutex,
    semaphore,
    bounded_semaphore,
    condition,
    event,
    barrier,
    latch,
    queue,
    pipe,
    message,
    result,
    container,
    array,
    manager,
    managed_object,
    call_slots,
    kept_handle,
    count
};

inline block_head& head_of(offset block) noexcept { return *at<block_head>(block); }
inline void* bytes_of(offset block) noexcept { return at<std::byte>(block) + sizeof(block_head); }
inline offset block_of(const void* bytes) noexcept { return place_of(bytes) - sizeof(block_head); }

// A block of at least `size` bytes with one reference, which is the caller's to record. Its bytes are as somebody left
// them, or zero. Its own words are zero. Throws std::bad_alloc.
// `zero`, if given, is set when they are known to be zero.
offset take_block(transaction& change, kind what, std::uint64_t size, bool* zero = nullptr);
// Frees it, whatever its references.
void give_block(transaction& change, offset block);
void add_reference(transaction& change, offset block);
// With the last one the block is freed or put aside to be cleared.
void drop_reference(transaction& change, offset block);

// What a kind needs when its last reference is gone, and when a process that holds a reference has died.
struct kind_functions {
    // Gives up what the block refers to, step by step, each in a transaction; false: there is more to do. The block is
    // freed after the last step. Not called in a transaction. May be called again for the same step after a death.
    bool (*clear)(offset block) = nullptr;
    // A process with a reference to the block died. `violently`: it did not end by itself with code 0. Not in a
    // transaction.
    void (*process_died)(offset block, process_tag dead, bool violently) = nullptr;
    // A living process, or a message, gave its reference back; the block may be free by now: for waking who sleeps
    // there.
    void (*left)(offset block) = nullptr;
};
// Before the first block of that kind; once.
void register_kind(kind what, kind_functions functions) noexcept;
const kind_functions& functions_of(kind what) noexcept;

// Clears blocks that were put aside, if any. Called outside of transactions, by whoever dropped a reference.
void clear_dying();

// How many blocks are in use, and how many bytes were asked for.
struct usage {
    std::uint64_t blocks, bytes;
};
usage memory_in_use();

}  // namespace brood::arena
