// SPDX-License-Identifier: MIT
// Blocks, transactions and references, within one process.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/robust_lock.hpp"
#include "arena/session.hpp"
#include "arena/sleepers.hpp"
#include "arena/spans.hpp"

#include <brood/error.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <random>
#include <thread>
#include <vector>

using namespace brood::arena;

namespace {

offset take(std::uint64_t size) {
    transaction change;
    const offset block = take_block(change, kind::bytes, size);
    change.commit();
    return block;
}
void give(offset block) {
    transaction change;
    give_block(change, block);
    change.commit();
}

// Units in free spans and in virgin ones.
std::uint64_t free_units() {
    transaction look;
    std::uint64_t sum = look.read(head().virgin);
    for (unsigned order = 0; order < order_limit; ++order)
        for (std::uint64_t unit = head().free_spans[order]; unit != 0; unit = spans()[unit].next)
            sum += std::uint64_t{1} << order;
    return sum;
}

}  // namespace

TEST_CASE("blocks of all sizes do not overlap, and all memory comes back") {
    join_session();
    // Spans with room are kept, one for each class: made first, so that they do not count.
    for (unsigned size_class = smallest_class; size_class <= largest_class; ++size_class)
        give(take((std::uint64_t{1} << size_class) - sizeof(block_head)));
    const auto before = memory_in_use();
    const auto units = free_units();
    std::mt19937 random(7);
    std::map<offset, std::uint64_t> taken;
    for (int i = 0; i < 4000; ++i) {
        if (taken.size() > 300 || (!taken.empty() && random() % 3 == 0)) {
            const auto victim = std::next(taken.begin(), static_cast<std::ptrdiff_t>(random() % taken.size()));
            const auto* bytes = static_cast<const unsigned char*>(bytes_of(victim->first));
            REQUIRE(bytes[0] == victim->first % 251);
            REQUIRE(bytes[victim->second - 1] == victim->first % 251);
            give(victim->first);
            taken.erase(victim);
            continue;
        }
        const std::uint64_t size = 1 + random() % (random() % 20 == 0 ? 3'000'000 : 5'000);
        const offset block = take(size);
        auto* bytes = static_cast<unsigned char*>(bytes_of(block));
        bytes[0] = bytes[size - 1] = static_cast<unsigned char>(block % 251);
        CHECK(block % 128 == 0);
        const auto next = taken.lower_bound(block);
        if (next != taken.end()) REQUIRE(block + sizeof(block_head) + size <= next->first);
        if (next != taken.begin())
            REQUIRE(std::prev(next)->first + sizeof(block_head) + std::prev(next)->second <= block);
        taken.emplace(block, size);
    }
    for (const auto& [block, size] : taken) give(block);
    CHECK(memory_in_use().blocks == before.blocks);
    CHECK(memory_in_use().bytes == before.bytes);
    CHECK(free_units() == units);
}

TEST_CASE("more memory than there is throws bad_alloc, and the next request works") {
    join_session();
    CHECK_THROWS_AS(take(head().size), std::bad_alloc);
    CHECK_THROWS_AS(take(~std::uint64_t{0}), std::bad_alloc);
    give(take(1000));
}

TEST_CASE("changes that are not committed leave nothing") {
    join_session();
    const auto before = memory_in_use();
    {
        transaction change;
        take_block(change, kind::bytes, 100);
        take_block(change, kind::bytes, 1'000'000);
    }
    CHECK(memory_in_use().blocks == before.blocks);
    give(take(100));
}

TEST_CASE("handles of one object share a reference, and the last one frees the block") {
    static_cast<void>(make_object(kind::bytes, 8, [](void*) {}));  // there is a session
    const auto before = memory_in_use();
    {
        const auto first = make_object(kind::bytes, 40, [](void* bytes) { std::memset(bytes, 7, 40); });
        const auto again = hold_object(first->block(), kind::bytes);
        CHECK(again == first);
        CHECK(head_of(first->block()).references == 1);
        CHECK(static_cast<const char*>(again->bytes())[39] == 7);
        CHECK_THROWS_AS(hold_object(first->block(), kind::mutex), brood::error);
        CHECK_THROWS_AS(hold_object(first->block() + 8, kind::bytes), brood::error);
        CHECK_THROWS_AS(hold_object(~offset{0}, kind::bytes), brood::error);
    }
    CHECK(memory_in_use().blocks <= before.blocks + 1);  // a page of references may have come
}

TEST_CASE("an initialiser that throws leaves no block") {
    static_cast<void>(make_object(kind::bytes, 8, [](void*) {}));
    const auto before = memory_in_use();
    CHECK_THROWS_AS(make_object(kind::bytes, 8, [](void*) { throw 1; }), int);
    CHECK(memory_in_use().blocks == before.blocks);
}

TEST_CASE("a robust lock excludes, and wakes who sleeps") {
    const auto object = make_object(kind::bytes, 64, [](void* bytes) { std::memset(bytes, 0, 64); });
    auto& word = *static_cast<lock_word*>(object->bytes());
    int counter = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 20'000; ++i) {
                acquire(word);
                ++counter;
                release(word);
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(counter == 80'000);
    CHECK(word.load() == 0);
}

TEST_CASE("a wait that nobody ends times out") {
    const auto object = make_object(kind::bytes, 64, [](void* bytes) { std::memset(bytes, 0, 64); });
    waiting self(object->bytes());
    const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
    while (std::chrono::steady_clock::now() < until) self.sleep(until);
    CHECK_FALSE(self.woken());
}

TEST_CASE("who waits at many words is woken by any of them, and takes no wake from others") {
    const auto object = make_object(kind::bytes, 128, [](void* bytes) { std::memset(bytes, 0, 128); });
    auto* words = static_cast<std::atomic<std::uint32_t>*>(object->bytes());
    waiting_for_many many;
    many.add(&words[0]);
    many.add(&words[1]);
    std::atomic<bool> single_woken{false};
    std::thread single([&] {
        waiting self(&words[1]);
        while (!self.woken()) {
            words[2] = 1;
            self.sleep({});
        }
        single_woken = true;
    });
    while (words[2].load() == 0) std::this_thread::yield();
    wake(&words[1], 1);
    many.sleep({});
    single.join();
    CHECK(single_woken.load());
}
