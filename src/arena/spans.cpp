// SPDX-License-Identifier: MIT
#include "arena/spans.hpp"

#include "arena/mapping.hpp"

#include <bit>
#include <new>
#include <system_error>

namespace brood::arena {
namespace {

using state = span_state;

constexpr std::uint64_t number(state s) noexcept { return static_cast<std::uint64_t>(s); }

// Lists of free spans: unit 0 is never in one, so it ends them.
void push_free(transaction& change, std::uint64_t first, unsigned order) {
    auto& row = spans()[first];
    const std::uint64_t next = change.read(head().free_spans[order]);
    change.write(row.state, number(state::free));
    change.write(row.extent, order);
    change.write(row.next, next);
    change.write(row.previous, 0);
    if (next != 0) change.write(spans()[next].previous, first);
    change.write(head().free_spans[order], first);
}

void unlink_free(transaction& change, std::uint64_t first, unsigned order) {
    auto& row = spans()[first];
    const std::uint64_t next = change.read(row.next), previous = change.read(row.previous);
    if (previous != 0)
        change.write(spans()[previous].next, next);
    else
        change.write(head().free_spans[order], next);
    if (next != 0) change.write(spans()[next].previous, previous);
    change.write(row.state, number(state::none));
}

bool is_free(transaction& change, std::uint64_t first, unsigned order) {
    return change.read(spans()[first].state) == number(state::free) && change.read(spans()[first].extent) == order;
}

// With its buddy, if that is free as well, a span becomes one of the next order; and so on. The first span of each
// order, which begins at the unit of its size, has no buddy but the sum of all before it: it stays.
void merge_free(transaction& change, std::uint64_t first, unsigned order) {
    for (;;) {
        const std::uint64_t buddy = first ^ (std::uint64_t{1} << order);
        if (first == std::uint64_t{1} << order || buddy == 0 || buddy >= head().units) break;
        if (!is_free(change, buddy, order)) break;
        unlink_free(change, buddy, order);
        if (buddy < first) first = buddy;
        ++order;
    }
    push_free(change, first, order);
}

// A free span of that order or the next larger one; 0 when there is none.
std::uint64_t find_free(transaction& change, unsigned order, unsigned& found) {
    for (found = order; found < order_limit; ++found) {
        if (const std::uint64_t first = change.read(head().free_spans[found]); first != 0) {
            unlink_free(change, first, found);
            return first;
        }
        const std::uint64_t virgin = change.read(head().virgin);
        if ((virgin >> found & 1) != 0) {
            change.write(head().virgin, virgin & ~(std::uint64_t{1} << found));
            return std::uint64_t{1} << found;
        }
    }
    return 0;
}

std::atomic<std::uint64_t>& commit_word(std::uint64_t unit) noexcept {
    return at<std::atomic<std::uint64_t>>(commits_at)[unit / 64];
}

}  // namespace

std::uint64_t take_span(transaction& change, std::uint64_t units) {
    const auto order = static_cast<unsigned>(std::bit_width(units - 1));
    unsigned found = 0;
    const std::uint64_t first = find_free(change, order, found);
    if (first == 0) throw std::bad_alloc();
    while (found > order) {
        --found;
        push_free(change, first + (std::uint64_t{1} << found), found);
    }
    if (const std::uint64_t all = std::uint64_t{1} << order; units < all) give_span(change, first + units, all - units);
    return first;
}

// In pieces that are aligned to their size.
void give_span(transaction& change, std::uint64_t first, std::uint64_t units) {
    while (units > 0) {
        auto order = static_cast<unsigned>(std::bit_width(units) - 1);
        if (first != 0) order = std::min(order, static_cast<unsigned>(std::countr_zero(first)));
        merge_free(change, first, order);
        first += std::uint64_t{1} << order;
        units -= std::uint64_t{1} << order;
    }
}

bool commit_bytes(offset begin, std::uint64_t size) {
    bool all_new = true;
    const std::uint64_t last = (begin + size - 1) >> unit_bits;
    for (std::uint64_t unit = begin >> unit_bits; unit <= last; ++unit) {
        const std::uint64_t bit = std::uint64_t{1} << (unit % 64);
        if ((commit_word(unit).load(std::memory_order_relaxed) & bit) != 0) {
            all_new = false;
            continue;
        }
        std::uint64_t run = 1;  // as many as are missing, in one call
        while (unit + run <= last &&
               (commit_word(unit + run).load(std::memory_order_relaxed) >> ((unit + run) % 64) & 1) == 0)
            ++run;
        try {
            commit_units(unit, run);
        } catch (const std::system_error&) {
            throw std::bad_alloc();
        }
        for (std::uint64_t i = unit; i < unit + run; ++i)
            commit_word(i).fetch_or(std::uint64_t{1} << (i % 64), std::memory_order_relaxed);
        unit += run - 1;
    }
    return all_new;
}

}  // namespace brood::arena
