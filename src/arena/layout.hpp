// SPDX-License-Identifier: MIT
// What lies where in the memory that the processes of a session share. All of it begins as zero bytes. Places are named
// by their offset, since each process has the memory at another address.
//
//   header | table of sleepers | table of spans | spans: blocks in use, free ones, and what was never touched
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace brood::arena {

// From the beginning of the memory; 0 is no place.
using offset = std::uint64_t;

// Names a process of the session for good: the number of its record, and how often that record was used before. Never
// 0; the highest bit is free for who stores it.
using process_tag = std::uint32_t;
inline constexpr unsigned record_bits = 13;
inline constexpr std::uint32_t process_limit = (1U << record_bits) - 1;  // record 0 is nobody's
inline constexpr std::uint32_t record_of(process_tag tag) noexcept { return tag & process_limit; }

// ---- processes ----------------------------------------------------------------------------------------------------

enum class process_state : std::uint32_t {
    free,
    reserved,  // its parent is starting it
    living,
    ended  // what it left behind is being cleared up
};

struct process_record {
    std::atomic<std::uint64_t> who;  // process_state in the upper half, process_tag in the lower
    std::uint64_t generation;
    std::uint64_t parent;  // process_tag
    std::atomic<std::int64_t> pid;
    std::atomic<std::uint64_t> seen;       // platform::process_clock_now when it took the record up
    offset references;                     // first page of references
    std::atomic<std::uint64_t> violently;  // ended: other than by itself with code 0
    std::atomic<std::uint64_t> how;        // ended: as the process layer packs an exit_status; 0: unknown
};
static_assert(sizeof(process_record) == 64);

// References that one process holds: a list of blocks, in pages. A zero is a free entry.
inline constexpr std::size_t references_per_page = 510;
struct reference_page {
    offset next;
    std::uint64_t unused;
    std::array<std::uint64_t, references_per_page> blocks;
};

// ---- sleepers -----------------------------------------------------------------------------------------------------

struct sleeper {
    std::atomic<offset> word;           // what it sleeps at; 0: nothing
    std::atomic<std::uint32_t> state;   // how often it registered, and whether it was woken since
    std::atomic<std::uint32_t> target;  // whose state to change: itself, or that of a thread that waits at many words
    std::atomic<process_tag> owner;     // 0: the place is free
    std::uint32_t unused;
    std::uint64_t unused2;
};
static_assert(sizeof(sleeper) == 32);
inline constexpr std::uint32_t sleeper_limit = 1U << 14;

// ---- blocks -------------------------------------------------------------------------------------------------------

// A span is a run of units; its first unit's row describes it. Small blocks share a span of one unit.
inline constexpr unsigned unit_bits = 18;
inline constexpr std::uint64_t unit_size = std::uint64_t{1} << unit_bits;
inline constexpr unsigned smallest_class = 7;             // blocks of 128 bytes
inline constexpr unsigned largest_class = unit_bits - 1;  // of 128 KiB
inline constexpr unsigned order_limit = 64;

enum class span_state : std::uint64_t { none, free, blocks, whole };

struct span_row {
    std::uint64_t state;           // span_state
    std::uint64_t extent;          // free: its order; blocks: its class; whole: how many units
    std::uint64_t used;            // blocks: how many are in use
    std::uint64_t carved;          // blocks: how many were ever given out
    offset free_block;             // blocks: the first free one of those
    std::uint64_t next, previous;  // unit numbers; the list of free spans of an order, or of spans of a class with room
    std::uint64_t unused;
};
static_assert(sizeof(span_row) == 64);

// In front of each block's bytes.
struct block_head {
    std::uint64_t kind;  // what the bytes are, for who clears up; 0: the block is free
    std::uint64_t references;
    std::uint64_t size;    // in bytes, as asked for
    offset next;           // free: the next free block of the span; dying: the next dying block
    std::uint64_t own[4];  // for the layer that the kind belongs to
};
static_assert(sizeof(block_head) == 64);

// ---- what others may look at --------------------------------------------------------------------------------------

// Bytes that a process offers to who looks at the session from outside (src/pool/activity.cpp).
struct publication {
    std::atomic<process_tag> owner;  // 0: the place is free; so is that of a dead process
    std::uint32_t unused;
    std::atomic<offset> place;
};
inline constexpr std::size_t publication_limit = 256;

// ---- the header ---------------------------------------------------------------------------------------------------

// Changes of more than one word are written here first, so that whoever takes the lock over from a dead process can
// finish them.
inline constexpr std::size_t journal_limit = 1024;
struct journal_entry {
    offset at;
    std::uint64_t value;
};

inline constexpr std::uint64_t session_magic = 0x62726f6f640003;  // "brood", and the version of the layout

struct alignas(64) header {
    std::uint64_t magic;
    std::uint64_t size;     // of all the memory
    std::uint64_t session;  // a random number, part of names and messages
    std::uint64_t units;
    std::uint64_t keeper;                                  // id of the process that keeps handles of the system for all
    std::atomic<std::uint64_t> handles_named;              // how many it was given so far: the last one's name
    alignas(64) std::atomic<std::uint32_t> lock;           // over journal, spans, blocks, references, records
    alignas(64) std::atomic<std::uint32_t> recovery_lock;  // one process at a time clears up after the dead
    std::atomic<std::uint32_t> clearing_lock;              // one clears blocks without references
    alignas(64) std::atomic<std::uint32_t> sleepers_used;  // no sleeper has a higher index
    std::atomic<std::uint32_t> wake_cursor;
    alignas(64) std::atomic<std::uint64_t> journal_size;  // not 0: committed
    std::array<journal_entry, journal_limit> journal;
    std::uint64_t blocks_in_use;
    std::uint64_t bytes_in_use;
    offset dying;  // blocks without references that are still to be cleared up
    std::uint64_t
        virgin;  // orders of which the first span, never touched, is free: it begins at the unit of its own size
    std::array<std::uint64_t, order_limit> free_spans;  // unit numbers
    std::array<std::uint64_t, order_limit> roomy;       // for each class, spans with a free block
    std::uint64_t records_used;                         // no record in use has a higher number
    std::array<process_record, process_limit + 1> processes;
    std::array<publication, publication_limit> publications;
};

inline constexpr offset sleepers_at = std::uint64_t{1} << 20;
inline constexpr offset commits_at = sleepers_at + sizeof(sleeper) * sleeper_limit;  // one bit for each unit
inline constexpr offset spans_at = std::uint64_t{2} << 20;
static_assert(sizeof(header) <= sleepers_at);

}  // namespace brood::arena
