// SPDX-License-Identifier: MIT
// A message: its counts, how much of the blocks is there, the places of the shared objects, the sizes of the blocks,
// the bytes, the blocks. The head's own word counts the objects that it holds references to, so that any process can
// give them back at any moment.
#include "channel/message.hpp"

#include "arena/blocks.hpp"
#include "platform/bulk_memory.hpp"
#include "platform/session_memory.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <new>
#include <thread>
#include <utility>

namespace brood::channel {
namespace {

struct counts_of_message {
    std::uint64_t bytes, blocks, objects;
};
struct head_of_message {
    counts_of_message counts;
    written_bytes written;
};
constexpr std::size_t objects_at_once = 10;
// What a reader is told of at a time: some of it is still in the processors' caches when it is read.
constexpr std::size_t step = std::size_t{128} << 10;
constexpr std::size_t smallest_to_grow = std::size_t{1} << 20;

std::uint64_t& held_objects(arena::offset message) { return arena::head_of(message).own[0]; }
std::uint64_t* places_of(void* message) noexcept {
    return reinterpret_cast<std::uint64_t*>(static_cast<head_of_message*>(message) + 1);
}
std::size_t begin_of_bytes(const counts_of_message& c) noexcept {
    return sizeof(head_of_message) + static_cast<std::size_t>(c.objects + c.blocks) * sizeof(std::uint64_t);
}
std::size_t begin_of_blocks(const counts_of_message& c) noexcept {
    return aligned(begin_of_bytes(c) + static_cast<std::size_t>(c.bytes));
}
counts_of_message counts_of(const output_archive& archive) noexcept {
    return {archive.bytes().size(), archive.blocks().size(), archive.shared_objects().size()};
}

// Calls use(block, where it begins) for each, and gives the size of all.
template <class Use>
std::size_t for_each_block(const output_archive& archive, const Use& use) noexcept {
    std::size_t begin = 0;
    for (const auto& block : archive.blocks()) {
        use(block, begin);
        begin += aligned(block.size());
    }
    return begin;
}
std::size_t size_of_blocks(const output_archive& archive) noexcept {
    return for_each_block(archive, [](auto, std::size_t) {});
}

void write_beginning(void* message, const counts_of_message& c, const output_archive& archive) {
    new (message) head_of_message{c, 0};
    auto* word = places_of(message);
    for (const auto& object : archive.shared_objects()) *word++ = object.place;
    for (const auto& block : archive.blocks()) *word++ = block.size();
    std::copy(archive.bytes().begin(), archive.bytes().end(), static_cast<std::byte*>(message) + begin_of_bytes(c));
}

void write_by_steps(std::byte* to, std::span<const std::byte> block, std::size_t begin, written_bytes& written) {
    for (std::size_t done = 0; done < block.size();) {
        const std::size_t now = std::min(step, block.size() - done);
        std::memcpy(to + begin + done, block.data() + done, now);
        done += now;
        written.store(begin + done, std::memory_order_release);
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

// All but the blocks.
arena::block_handle begin_message(const output_archive& archive) {
    const auto c = counts_of(archive);
    auto made = arena::make_object(arena::kind::message, begin_of_blocks(c) + size_of_blocks(archive), [](void*) {});
    write_beginning(made->bytes(), c, archive);
    hold_objects(*made, c);
    return made;
}

written_bytes& written_of(void* message) noexcept { return static_cast<head_of_message*>(message)->written; }
std::byte* blocks_of(void* message) noexcept {
    return static_cast<std::byte*>(message) + begin_of_blocks(static_cast<head_of_message*>(message)->counts);
}

}  // namespace

std::size_t aligned(std::uint64_t size) noexcept { return static_cast<std::size_t>((size + 63) / 64 * 64); }

void register_message_kind() noexcept { arena::register_kind(arena::kind::message, {.clear = &drop_some}); }

arena::block_handle make_message(const output_archive& archive) {
    auto made = begin_message(archive);
    std::byte* const to = blocks_of(made->bytes());
    const auto size = for_each_block(
        archive, [&](auto block, std::size_t begin) { platform::copy_memory(to + begin, block.data(), block.size()); });
    written_of(made->bytes()).store(size, std::memory_order_release);
    return made;
}

growing_message::growing_message(const output_archive& archive) : archive_(archive), block_(begin_message(archive)) {}

void growing_message::write_blocks() noexcept {
    if (std::exchange(written_, true)) return;
    std::byte* const to = blocks_of(block_->bytes());
    auto& written = written_of(block_->bytes());
    const auto size =
        for_each_block(archive_, [&](auto block, std::size_t begin) { write_by_steps(to, block, begin, written); });
    written.store(size, std::memory_order_release);
}

bool growing_message::is_worth_it(const output_archive& archive) noexcept {
    return size_of_blocks(archive) >= smallest_to_grow && platform::processors() > 1;
}

bool is_whole(const void* message) noexcept {
    const auto view = view_message(message);
    std::uint64_t size = 0;
    for (const auto block : view.sizes) size += aligned(block);
    return view.written->load(std::memory_order_acquire) >= size;
}

std::uint64_t wait_written(const written_bytes& written, std::uint64_t from, const std::atomic<bool>* lost) {
    constexpr unsigned looks = 1000, yields = 1000;
    constexpr std::chrono::microseconds rest{50};
    for (unsigned looked = 0;; ++looked) {
        const auto now = written.load(std::memory_order_acquire);
        if (now > from) return now;
        if (lost != nullptr && lost->load(std::memory_order_acquire))
            throw serialization_error("the process that was writing the value did not complete it");
        if (looked < looks)
            platform::pause();
        else if (looked < looks + yields)
            std::this_thread::yield();  // the writer may need this processor
        else
            std::this_thread::sleep_for(rest);
    }
}

message_view view_message(const void* bytes) noexcept {
    const auto& head = *static_cast<const head_of_message*>(bytes);
    const auto& c = head.counts;
    const auto* const begin = static_cast<const std::byte*>(bytes);
    const auto* const words = reinterpret_cast<const std::uint64_t*>(&head + 1);
    return {{begin + begin_of_bytes(c), static_cast<std::size_t>(c.bytes)},
            {words + c.objects, static_cast<std::size_t>(c.blocks)},
            begin + begin_of_blocks(c),
            &head.written};
}

}  // namespace brood::channel
