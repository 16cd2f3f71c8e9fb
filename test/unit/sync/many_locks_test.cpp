// SPDX-License-Identifier: MIT
// Very many objects in shared memory, and none too many.
#include "arena/blocks.hpp"

#include <brood/event.hpp>
#include <brood/mutex.hpp>
#include <brood/semaphore.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace {

constexpr std::size_t many = 100'000;

std::uint64_t blocks_after_making_and_freeing() {
    {
        std::vector<brood::mutex> locks(many);
        locks.front().lock();
        locks.back().lock();
        CHECK_FALSE(locks.front().try_lock());
        CHECK(locks[many / 2].try_lock());
        CHECK(brood::arena::memory_in_use().blocks >= many);
    }
    return brood::arena::memory_in_use().blocks;
}

}  // namespace

TEST_CASE("100,000 locks are made and freed, and no shared memory is lost") {
    const auto first = blocks_after_making_and_freeing();  // the list of this process's references stays
    CHECK(blocks_after_making_and_freeing() == first);
    std::vector<brood::event> events(many / 10);
    std::vector<brood::counting_semaphore> semaphores(many / 10, brood::counting_semaphore(1));
    for (auto& one : events) one.set();
    CHECK(semaphores.back().try_acquire());
    CHECK_FALSE(semaphores.front().try_acquire());  // copies of a handle are one semaphore
    events.clear();
    semaphores.clear();
    CHECK(brood::arena::memory_in_use().blocks == first);
}
