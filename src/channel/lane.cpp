// SPDX-License-Identifier: MIT
#include "channel/lane.hpp"

#include "arena/blocks.hpp"
#include "arena/fence.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace brood::channel {
namespace {

constexpr unsigned first_ring_class = 11, last_ring_class = 17;  // blocks of 2 KiB to 128 KiB

// No ring's tail: its place lies beyond any.
constexpr mark not_shown = ~mark{0};

std::uint64_t* units(ring& r) noexcept { return reinterpret_cast<std::uint64_t*>(&r + 1); }
std::uint32_t* record_at(ring& r, std::uint64_t unit) noexcept {
    return reinterpret_cast<std::uint32_t*>(units(r) + unit);
}
ring& ring_at(arena::offset block) noexcept { return *static_cast<ring*>(arena::bytes_of(block)); }
constexpr std::size_t size_of(std::uint32_t first) noexcept {
    return (first & message_bit) != 0 ? sizeof(arena::offset) : first;
}
constexpr std::uint64_t units_for(std::size_t size) noexcept { return (sizeof(std::uint32_t) + size + 7) / 8; }

mark behind(const ring& r, mark at, std::uint64_t unit, std::uint64_t size) noexcept {
    return make_mark(count_of(at) + 1, unit + size == r.units ? 0 : unit + size);
}

// Where in the ring there is room for so many units in a row; r.units when there is none.
std::uint64_t find_room(const ring& r, mark tail, mark head, std::uint64_t wanted) noexcept {
    const std::uint64_t end = unit_of(tail), begin = unit_of(head);
    if (tail != head && end <= begin) return begin - end >= wanted ? end : r.units;
    if (r.units - end >= wanted) return end;
    return begin >= wanted ? 0 : r.units;
}

std::uint64_t find_room(lane& self, const ring& r, mark tail, std::uint64_t wanted) noexcept {
    const std::uint64_t known = find_room(r, tail, self.known_head, wanted);
    if (known != r.units) return known;
    self.known_head = r.head.load(std::memory_order_acquire);
    return find_room(r, tail, self.known_head, wanted);
}

std::uint64_t size_of_next(const ring* last, std::uint64_t wanted) noexcept {
    constexpr std::uint64_t overhead = sizeof(arena::block_head) + sizeof(ring);
    const std::uint64_t before = last == nullptr ? 0 : last->units * 8 + overhead;
    const auto size_class = static_cast<unsigned>(std::bit_width(std::max(before * 2, wanted * 8 * 4 + overhead) - 1));
    return (std::uint64_t{1} << std::clamp(size_class, first_ring_class, last_ring_class)) - overhead;
}

// The new ring is written before anybody can see it; if that never comes about it was never taken.
ring& add_ring(lane& self, ring* last, std::uint64_t wanted) {
    const std::uint64_t size = size_of_next(last, wanted);
    const mark begin = make_mark(last == nullptr ? 0 : count_of(last->tail.load(std::memory_order_relaxed)), 0);
    arena::transaction change;
    const arena::offset block = arena::take_block(change, arena::kind::bytes, sizeof(ring) + size);
    auto& fresh = *new (arena::bytes_of(block)) ring{};
    fresh.units = size / 8;
    fresh.tail.store(begin, std::memory_order_relaxed);
    fresh.head.store(begin, std::memory_order_relaxed);
    fresh.known_tail = begin;
    fresh.newest.shown.store(not_shown, std::memory_order_relaxed);
    change.write(last == nullptr ? self.first : last->next, block);
    change.write(self.last, block);
    change.write(self.known_head, begin);
    change.commit();
    return fresh;
}

void give_back_first(lane& self, arena::offset block, arena::offset next) {
    arena::transaction change;
    change.write(self.first, next);
    if (next == 0) change.write(self.last, 0);
    arena::give_block(change, block);
    change.commit();
}

// How many records the ring has beyond `head`.
std::uint64_t look_at_tail(ring& r, mark head) noexcept {
    r.known_tail = r.tail.load(std::memory_order_acquire);
    return (count_of(r.known_tail) - count_of(head)) & counts;
}
bool has_record(ring& r, mark head) noexcept { return r.known_tail != head || look_at_tail(r, head) != 0; }

// ---- the newest record, beside the tail ----------------------------------------------------------------------------

std::uint64_t word_of(const std::byte* bytes, std::size_t size) noexcept {
    std::uint32_t half = 0;  // a word that is written by halves is slow to read
    std::uint64_t word = 0;
    if (size == sizeof half) {
        std::memcpy(&half, bytes, sizeof half);
        return half;
    }
    std::memcpy(&word, bytes, std::min(size, sizeof word));
    return word;
}

void show(record_copy& copy, mark tail, std::uint32_t first, const void* bytes, std::size_t size) noexcept {
    copy.shown.store(not_shown, std::memory_order_relaxed);
    if (size > record_copy::most_bytes) return;
    arena::fence(std::memory_order_release);
    const auto* from = static_cast<const std::byte*>(bytes);
    copy.words[0].store(first, std::memory_order_relaxed);
    for (std::size_t at = 0; at < size; at += 8)
        copy.words[1 + at / 8].store(word_of(from + at, size - at), std::memory_order_relaxed);
    copy.shown.store(tail, std::memory_order_release);
}

// False when it is not that record, or another took its place meanwhile.
bool read_shown(const record_copy& copy, mark tail, found_copy& into) noexcept {
    if (copy.shown.load(std::memory_order_acquire) != tail) return false;
    const std::uint64_t first = copy.words[0].load(std::memory_order_relaxed);
    into.record[0] = static_cast<std::uint32_t>(first);
    const std::size_t size = size_of(into.record[0]);
    for (std::size_t at = 0; at < size; at += 8) {
        const std::uint64_t word = copy.words[1 + at / 8].load(std::memory_order_relaxed);
        std::memcpy(into.record.data() + 1 + at / 4, &word, sizeof word);
    }
    arena::fence(std::memory_order_acquire);
    return copy.shown.load(std::memory_order_relaxed) == tail;
}

finding record_after(ring& r, mark head) noexcept {
    std::uint64_t unit = unit_of(head);
    if (*record_at(r, unit) == to_front) unit = 0;
    return {&r, record_at(r, unit), behind(r, head, unit, units_for(size_of(*record_at(r, unit))))};
}

finding newest_or_next(ring& r, mark head, std::uint64_t news, found_copy& copy) noexcept {
    const bool is_last = count_of(r.known_tail) == ((count_of(head) + 1) & counts);
    finding found = is_last && read_shown(r.newest, r.known_tail, copy) ? finding{&r, copy.record.data(), r.known_tail}
                                                                        : record_after(r, head);
    found.news = news;
    return found;
}

// A word of a ring that others may give back meanwhile: read again until it was still theirs.
template <class Read>
std::uint64_t read_word(const std::atomic<arena::offset>& which, Read read) noexcept {
    for (;;) {
        const arena::offset block = which.load(std::memory_order_acquire);
        if (block == 0) return 0;
        const std::uint64_t value = read(ring_at(block));
        arena::fence(std::memory_order_acquire);
        if (which.load(std::memory_order_relaxed) == block) return value;
    }
}

}  // namespace

void side_lock::settle() { arena::transaction(); }

reservation reserve(lane& self, std::size_t size) {
    const std::uint64_t wanted = units_for(size);
    const arena::offset block = self.last.load(std::memory_order_relaxed);
    ring* where = block == 0 ? nullptr : &ring_at(block);
    mark tail = where == nullptr ? 0 : where->tail.load(std::memory_order_relaxed);
    std::uint64_t unit = where == nullptr ? 0 : find_room(self, *where, tail, wanted);
    if (where == nullptr || unit == where->units) {
        where = &add_ring(self, where, wanted);
        tail = where->tail.load(std::memory_order_relaxed);
        unit = 0;
    }
    if (unit != unit_of(tail)) *record_at(*where, unit_of(tail)) = to_front;
    return {where, record_at(*where, unit), behind(*where, tail, unit, wanted)};
}

void publish(arena::transaction& change, const reservation& made) { change.write(made.where->tail, made.tail); }
void take(arena::transaction& change, const finding& found) { change.write(found.where->head, found.head); }

void reservation::write(std::uint32_t first, const void* bytes, std::size_t size) const noexcept {
    *record = first;
    copy_bytes(record + 1, bytes, size);
    show(where->newest, tail, first, bytes, size);
}

finding find(lane& self, found_copy& copy) {
    for (;;) {
        const arena::offset block = self.first.load(std::memory_order_acquire);
        if (block == 0) return {};
        auto& r = ring_at(block);
        const mark head = r.head.load(std::memory_order_relaxed);
        const bool is_known = r.known_tail != head;
        std::uint64_t news = is_known ? 0 : look_at_tail(r, head);
        if (is_known || news != 0) return newest_or_next(r, head, news, copy);
        const arena::offset next = r.next.load(std::memory_order_acquire);
        if (next == 0) return {};
        news = look_at_tail(r, head);  // the last ones before producers went on
        if (news != 0) return newest_or_next(r, head, news, copy);
        give_back_first(self, block, next);
    }
}

std::uint64_t count_put(const lane& self) noexcept {
    return count_of(read_word(self.last, [](const ring& r) { return r.tail.load(std::memory_order_acquire); }));
}
std::uint64_t count_taken(const lane& self) noexcept {
    return count_of(read_word(self.first, [](const ring& r) { return r.head.load(std::memory_order_acquire); }));
}

// A record may come and go between two looks: what was taken is looked at before and after.
std::uint64_t count_records(const lane& self) noexcept {
    for (;;) {
        const std::uint64_t taken = count_taken(self);
        const std::uint64_t put = count_put(self);
        if (count_taken(self) == taken) return (put - taken) & counts;
    }
}

namespace {

constexpr int messages_at_once = 10, records_at_once = 1000;

// Drops messages that nobody got.
bool skip_some(ring& r) {
    arena::transaction change;
    mark head = r.head.load(std::memory_order_relaxed);
    int messages = 0;
    for (int i = 0; i < records_at_once && messages < messages_at_once && has_record(r, head); ++i) {
        const finding found = record_after(r, head);
        head = found.head;
        if ((*found.record & message_bit) == 0) continue;
        arena::offset message = 0;
        std::memcpy(&message, found.record + 1, sizeof message);
        arena::drop_reference(change, message);
        ++messages;
    }
    change.write(r.head, head);
    change.commit();
    return !has_record(r, head);
}

}  // namespace

bool clear_some(lane& self) {
    const arena::offset block = self.first.load();
    if (block == 0) return true;
    auto& r = ring_at(block);
    if (skip_some(r)) give_back_first(self, block, r.next.load());
    return self.first.load() == 0;
}

}  // namespace brood::channel
