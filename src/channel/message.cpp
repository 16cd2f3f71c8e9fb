// SPDX-License-Identifier: MIT
// A message: its counts, the places of the shared objects, the sizes of the blocks, the bytes, the blocks. The head's
// own word counts the objects that it holds references to, so that any process can give them back at any moment.
#include "channel/message.hpp"

#include "arena/blocks.hpp"
#include "platform/bulk_memory.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace brood::channel {
namespace {

struct counts_of_message {
    std::uint64_t bytes, blocks, objects;
};
constexpr std::size_t objects_at_once = 10;

std::uint64_t& held_objects(arena::offset message) { return arena::head_of(message).own[0]; }
std::uint64_t* places_of(void* message) noexcept {
    return reinterpret_cast<std::uint64_t*>(static_cast<counts_of_message*>(message) + 1);
}
std::size_t begin_of_bytes(const counts_of_message& c) noexcept {
    return sizeof c + static_cast<std::size_t>(c.objects + c.blocks) * sizeof(std::uint64_t);
}
std::size_t begin_of_blocks(const counts_of_message& c) noexcept {
    return aligned(begin_of_bytes(c) + static_cast<std::size_t>(c.bytes));
}

std::size_t size_of_message(const counts_of_message& c, const output_archive& archive) {
    std::size_t size = begin_of_blocks(c);
    for (const auto& block : archive.blocks()) size += aligned(block.size());
    return size;
}

void fill(std::byte* at, const counts_of_message& c, const output_archive& archive) {
    std::memcpy(at, &c, sizeof c);
    auto* word = places_of(at);
    for (const auto& object : archive.shared_objects()) *word++ = object.place;
    for (const auto& block : archive.blocks()) *word++ = block.size();
    std::copy(archive.bytes().begin(), archive.bytes().end(), at + begin_of_bytes(c));
    std::byte* to = at + begin_of_blocks(c);
    for (const auto& block : archive.blocks()) {
        platform::copy_memory(to, block.data(), block.size());
        to += aligned(block.size());
    }
}

// Step by step: a change has room for so many.
void hold_objects(const arena::held_block& message, const counts_of_message& c) {
    const auto* const places = places_of(message.bytes());
    for (std::uint64_t done = 0; done < c.objects;) {
        arena::transaction change;
        const std::uint64_t until = std::min<std::uint64_t>(done + 100, c.objects);
        while (done < until) arena::add_reference(change, places[done++]);
        change.write(held_objects(message.block()), done);
        change.commit();
    }
}

// True when it holds none any more. Needs no memory: handles end although there is none.
bool drop_some(arena::offset message) {
    const auto* const places = places_of(arena::bytes_of(message));
    std::array<std::pair<arena::offset, void (*)(arena::offset)>, objects_at_once> told{};
    std::size_t told_count = 0;
    std::uint64_t left = 0;
    {
        arena::transaction change;
        left = change.read(held_objects(message));
        for (std::size_t i = 0; i < objects_at_once && left > 0; ++i) {
            const arena::offset place = places[--left];
            const auto what = static_cast<arena::kind>(change.read(arena::head_of(place).kind));
            if (const auto left_behind = arena::functions_of(what).left) told[told_count++] = {place, left_behind};
            arena::drop_reference(change, place);
        }
        change.write(held_objects(message), left);
        change.commit();
    }
    for (std::size_t i = 0; i < told_count; ++i) told[i].second(told[i].first);
    return left == 0;
}

}  // namespace

std::size_t aligned(std::uint64_t size) noexcept { return static_cast<std::size_t>((size + 63) / 64 * 64); }

void register_message_kind() noexcept { arena::register_kind(arena::kind::message, {.clear = &drop_some}); }

arena::block_handle make_message(const output_archive& archive) {
    const counts_of_message c{archive.bytes().size(), archive.blocks().size(), archive.shared_objects().size()};
    auto made = arena::make_object(arena::kind::message, size_of_message(c, archive), [](void*) {});
    fill(static_cast<std::byte*>(made->bytes()), c, archive);
    hold_objects(*made, c);
    return made;
}

message_view view_message(const void* bytes) noexcept {
    const auto& c = *static_cast<const counts_of_message*>(bytes);
    const auto* const begin = static_cast<const std::byte*>(bytes);
    const auto* const words = reinterpret_cast<const std::uint64_t*>(&c + 1);
    return {{begin + begin_of_bytes(c), static_cast<std::size_t>(c.bytes)},
            {words + c.objects, static_cast<std::size_t>(c.blocks)},
            begin + begin_of_blocks(c)};
}

}  // namespace brood::channel
