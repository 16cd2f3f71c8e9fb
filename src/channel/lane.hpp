// SPDX-License-Identifier: MIT
// Records in shared memory, first in, first out: a chain of rings. Producers fill the last ring, consumers empty the
// first; each side has a lock that outlives its owner.
//
// One store of a ring's `tail` puts a record, one store of its `head` takes one. Both words hold a count of records
// beside the place, so that the counts are exact at every moment. What a producer wrote before its store is nothing
// yet, and the next producer writes over it; what a consumer read before its store is still there for the next one. A
// ring is added and given back in one transaction each.
//
// A small record lies a second time beside the `tail` that published it, so that a consumer who waits for it has it
// with the line that told of it. What is read there counts only if `shown` named that tail before and after.
#pragma once

#include "arena/robust_lock.hpp"
#include "arena/transaction.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

namespace brood::channel {

// The sizes that most records have need no call.
inline void copy_bytes(void* into, const void* from, std::size_t size) noexcept {
    auto* const to = static_cast<std::byte*>(into);
    const auto* const bytes = static_cast<const std::byte*>(from);
    // Its first and its last N bytes, which may overlap; the first ones last, so that each aligned word of the copy is
    // of one store, and quickly read again.
    const auto copy_both_ends = [&]<std::size_t N>(std::integral_constant<std::size_t, N>) {
        std::array<std::byte, N> first, last;
        std::memcpy(first.data(), bytes, N);
        std::memcpy(last.data(), bytes + size - N, N);
        std::memcpy(to + size - N, last.data(), N);
        std::memcpy(to, first.data(), N);
    };
    if (size == 8)
        std::memcpy(to, bytes, 8);
    else if (size == 4)
        std::memcpy(to, bytes, 4);
    else if (size > 8 && size <= 16)
        copy_both_ends(std::integral_constant<std::size_t, 8>());
    else if (size > 16 && size <= 32)
        copy_both_ends(std::integral_constant<std::size_t, 16>());
    else if (size > 32 && size <= 64)
        copy_both_ends(std::integral_constant<std::size_t, 32>());
    else if (size != 0)
        std::memcpy(to, bytes, size);
}

// A count of records, and a place in a ring, in units of eight bytes.
using mark = std::uint64_t;
inline constexpr unsigned place_bits = 24;
inline constexpr std::uint64_t counts = ~std::uint64_t{0} >> place_bits;  // counts are modulo this + 1
inline constexpr std::uint64_t count_of(mark m) noexcept { return m >> place_bits; }
inline constexpr std::uint64_t unit_of(mark m) noexcept { return m & ((std::uint64_t{1} << place_bits) - 1); }
inline constexpr mark make_mark(std::uint64_t count, std::uint64_t unit) noexcept { return count << place_bits | unit; }

// The newest record once more: its first word in eight bytes, then its bytes.
struct record_copy {
    static constexpr std::size_t most_bytes = 40;
    std::atomic<mark> shown;  // the tail that published it
    std::array<std::atomic<std::uint64_t>, 1 + most_bytes / 8> words;
};

// One ring. Producers write the line of `tail`, consumers that of `head` and of what they know of the other side.
// A block's bytes begin 64 bytes after a multiple of 128: no pair of lines is written by both.
struct ring {
    std::uint64_t units;
    std::atomic<arena::offset> next;  // the ring that producers went on to: this one gets no more records
    alignas(64) std::atomic<mark> tail;
    record_copy newest;
    std::uint64_t apart[8];
    alignas(64) std::atomic<mark> head;
    mark known_tail;
};

// The rings are named in a line that hardly ever changes: who waits looks there again and again, and would slow down
// every use of a lock that lay beside them.
struct lane {
    alignas(64) std::atomic<arena::offset> first;
    std::atomic<arena::offset> last;  // 0: no ring yet
    alignas(64) arena::lock_word consumers;
    alignas(64) arena::lock_word producers;
    std::uint64_t known_taken;  // for a queue with a capacity
    mark known_head;            // of the last ring
    std::uint64_t apart[13];
};

// A record's first word is its size, or one of these.
inline constexpr std::uint32_t to_front = ~std::uint32_t{0};          // the record lies at the ring's beginning
inline constexpr std::uint32_t message_bit = std::uint32_t{1} << 31;  // its bytes are the offset of a message block

// Locks one side. When the last owner died, what it had committed is carried out first.
class side_lock {
public:
    explicit side_lock(arena::lock_word& word) : word_(word) {
        if (arena::acquire(word) == arena::acquired::from_the_dead) settle();
    }
    ~side_lock() { arena::release(word_); }
    side_lock(const side_lock&) = delete;
    side_lock& operator=(const side_lock&) = delete;

private:
    void settle();
    arena::lock_word& word_;
};

// Where a record will be, and the tail that publishes it.
struct reservation {
    ring* where;
    std::uint32_t* record;
    mark tail;

    // The record's first word, and its bytes.
    void write(std::uint32_t first, const void* bytes, std::size_t size) const noexcept;
};
// With the producers' lock: room for a record of `size` bytes behind its first word. Adds a ring when there is none;
// throws std::bad_alloc, and then nothing has changed.
reservation reserve(lane& self, std::size_t size);
inline void publish(const reservation& made) noexcept { made.where->tail.store(made.tail, std::memory_order_release); }
void publish(arena::transaction& change, const reservation& made);

// With the consumers' lock: the next record, and the head that takes it. Gives back rings that were emptied. A record
// may be found in `copy`.
struct alignas(8) found_copy {
    std::uint32_t before_first;  // so that the bytes are aligned
    std::array<std::uint32_t, 1 + record_copy::most_bytes / sizeof(std::uint32_t)> record;
};
struct finding {
    ring* where = nullptr;
    const std::uint32_t* record = nullptr;  // null: there is none
    mark head = 0;
    std::uint64_t news = 0;  // how many records a look at the tail found; 0: known before
};
finding find(lane& self, found_copy& copy);
inline void take(const finding& found) noexcept { found.where->head.store(found.head, std::memory_order_release); }
void take(arena::transaction& change, const finding& found);

// Without a lock. How many records were ever put or taken.
std::uint64_t count_put(const lane& self) noexcept;
std::uint64_t count_taken(const lane& self) noexcept;
// How many are in it; exact while nobody puts or takes. 0 is exact if nobody put meanwhile.
std::uint64_t count_records(const lane& self) noexcept;

// When nobody refers to the lane any more: gives up some of what it holds. True when nothing is left.
bool clear_some(lane& self);

}  // namespace brood::channel
