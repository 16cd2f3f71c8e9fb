// SPDX-License-Identifier: MIT
#include "arena/blocks.hpp"

#include "arena/robust_lock.hpp"
#include "arena/spans.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace brood::arena {
namespace {

constexpr std::uint64_t number(span_state s) noexcept { return static_cast<std::uint64_t>(s); }

// ---- small blocks: lists of spans with room, one for each class ---------------------------------------------------

std::uint64_t blocks_in_span(unsigned size_class) noexcept { return unit_size >> size_class; }
offset start_of(std::uint64_t unit) noexcept { return unit << unit_bits; }

void link_roomy(transaction& change, std::uint64_t unit, unsigned size_class) {
    const std::uint64_t next = change.read(head().roomy[size_class]);
    change.write(spans()[unit].next, next);
    change.write(spans()[unit].previous, 0);
    if (next != 0) change.write(spans()[next].previous, unit);
    change.write(head().roomy[size_class], unit);
}

void unlink_roomy(transaction& change, std::uint64_t unit, unsigned size_class) {
    const std::uint64_t next = change.read(spans()[unit].next), previous = change.read(spans()[unit].previous);
    if (previous != 0)
        change.write(spans()[previous].next, next);
    else
        change.write(head().roomy[size_class], next);
    if (next != 0) change.write(spans()[next].previous, previous);
}

std::uint64_t new_roomy_span(transaction& change, unsigned size_class) {
    const std::uint64_t unit = take_span(change, 1);
    commit_bytes(start_of(unit), unit_size);
    auto& row = spans()[unit];
    change.write(row.state, number(span_state::blocks));
    change.write(row.extent, size_class);
    change.write(row.used, 0);
    change.write(row.carved, 0);
    change.write(row.free_block, 0);
    link_roomy(change, unit, size_class);
    return unit;
}

offset take_small(transaction& change, unsigned size_class) {
    std::uint64_t unit = change.read(head().roomy[size_class]);
    if (unit == 0) unit = new_roomy_span(change, size_class);
    auto& row = spans()[unit];
    offset block = change.read(row.free_block);
    if (block != 0) {
        change.write(row.free_block, change.read(head_of(block).next));
    } else {
        const std::uint64_t carved = change.read(row.carved);
        block = start_of(unit) + (carved << size_class);
        change.write(row.carved, carved + 1);
    }
    change.add(row.used, 1);
    if (change.read(row.used) == blocks_in_span(size_class)) unlink_roomy(change, unit, size_class);
    return block;
}

// A span without used blocks is kept while it is the only one of its class with room.
void give_small(transaction& change, offset block, std::uint64_t unit) {
    auto& row = spans()[unit];
    const auto size_class = static_cast<unsigned>(change.read(row.extent));
    if (change.read(row.used) == blocks_in_span(size_class)) link_roomy(change, unit, size_class);
    change.add(row.used, ~std::uint64_t{0});
    const bool others = change.read(head().roomy[size_class]) != unit || change.read(row.next) != 0;
    if (change.read(row.used) == 0 && others) {
        unlink_roomy(change, unit, size_class);
        give_span(change, unit, 1);
        return;
    }
    change.write(head_of(block).next, change.read(row.free_block));
    change.write(row.free_block, block);
}

// ---- large ones ---------------------------------------------------------------------------------------------------

offset take_large(transaction& change, std::uint64_t size, bool& zero) {
    const std::uint64_t units = (size + unit_size - 1) >> unit_bits;
    const std::uint64_t unit = take_span(change, units);
    zero = commit_bytes(start_of(unit), size);
    change.write(spans()[unit].state, number(span_state::whole));
    change.write(spans()[unit].extent, units);
    return start_of(unit);
}

void give_large(transaction& change, std::uint64_t unit) { give_span(change, unit, change.read(spans()[unit].extent)); }

std::array<kind_functions, static_cast<std::size_t>(kind::count)> known_kinds{};

}  // namespace

offset take_block(transaction& change, kind what, std::uint64_t size, bool* zero) {
    const std::uint64_t all = size + sizeof(block_head);
    if (all < size || all > head().size) throw std::bad_alloc();
    const auto size_class = std::max(smallest_class, static_cast<unsigned>(std::bit_width(all - 1)));
    bool never_used = false;
    const offset block =
        size_class <= largest_class ? take_small(change, size_class) : take_large(change, all, never_used);
    if (zero != nullptr) *zero = never_used;
    auto& h = head_of(block);
    change.write(h.kind, static_cast<std::uint64_t>(what));
    change.write(h.references, 1);
    change.write(h.size, size);
    change.write(h.next, 0);
    for (auto& word : h.own) change.write(word, 0);
    change.add(head().blocks_in_use, 1);
    change.add(head().bytes_in_use, size);
    return block;
}

void give_block(transaction& change, offset block) {
    auto& h = head_of(block);
    change.add(head().blocks_in_use, ~std::uint64_t{0});
    change.add(head().bytes_in_use, ~change.read(h.size) + 1);
    change.write(h.kind, static_cast<std::uint64_t>(kind::free));
    const std::uint64_t unit = block >> unit_bits;
    if (change.read(spans()[unit].state) == number(span_state::blocks))
        give_small(change, block, unit);
    else
        give_large(change, unit);
}

void add_reference(transaction& change, offset block) { change.add(head_of(block).references, 1); }

void drop_reference(transaction& change, offset block) {
    auto& h = head_of(block);
    const std::uint64_t left = change.read(h.references) - 1;
    change.write(h.references, left);
    if (left != 0) return;
    if (functions_of(static_cast<kind>(change.read(h.kind))).clear == nullptr) return give_block(change, block);
    change.write(h.next, change.read(head().dying));
    change.write(head().dying, block);
}

void register_kind(kind what, kind_functions functions) noexcept {
    known_kinds[static_cast<std::size_t>(what)] = functions;
}

const kind_functions& functions_of(kind what) noexcept {
    static constexpr kind_functions none{};
    const auto index = static_cast<std::size_t>(what);
    return index < known_kinds.size() ? known_kinds[index] : none;
}

namespace {

offset first_dying() {
    transaction look;
    return look.read(head().dying);
}

void free_first_dying(offset block) {
    transaction change;
    if (change.read(head().dying) != block) return;
    change.write(head().dying, change.read(head_of(block).next));
    give_block(change, block);
    change.commit();
}

// Who clears holds this lock: the steps of one block do not mix. Whoever takes it from a dead process goes on.
class clearing_guard {
public:
    clearing_guard() { acquire(head().clearing_lock); }
    ~clearing_guard() { release(head().clearing_lock); }
    clearing_guard(const clearing_guard&) = delete;
    clearing_guard& operator=(const clearing_guard&) = delete;
};

}  // namespace

// New ones come to the front while one is cleared, so the block is taken out before its last step by finding it again.
void clear_dying() {
    if (std::atomic_ref<std::uint64_t>(head().dying).load() == 0) return;
    const clearing_guard guard;
    while (const offset block = first_dying()) {
        const auto clear = functions_of(static_cast<kind>(head_of(block).kind)).clear;
        if (clear == nullptr || clear(block)) free_first_dying(block);
    }
}

usage memory_in_use() {
    transaction look;
    return {look.read(head().blocks_in_use), look.read(head().bytes_in_use)};
}

}  // namespace brood::arena
