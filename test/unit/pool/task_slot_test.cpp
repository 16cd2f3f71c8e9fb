// SPDX-License-Identifier: MIT
// Who gets a task whose record may come twice, late, or for nothing.
#include "pool/pool_memory.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

using brood::pools::task_slot;

namespace {
constexpr std::uint32_t ann = 0, bob = 7, most = brood::pools::most_workers - 1;
}

TEST_CASE("a task is queued until somebody runs it, and then is theirs") {
    task_slot slot{};
    CHECK(slot.is_queued(1));
    CHECK_FALSE(slot.runner_of(1));
    CHECK(slot.make_running(1, bob));
    CHECK_FALSE(slot.is_queued(1));
    CHECK(slot.runner_of(1) == bob);
    CHECK_FALSE(slot.make_running(1, ann));  // its record came twice
    CHECK_FALSE(slot.withdraw(1));
    CHECK(slot.runner_of(1) == bob);
}

TEST_CASE("the next task of a slot is queued though nothing was written") {
    task_slot slot{};
    CHECK(slot.make_running(1, most));
    CHECK(slot.is_queued(2));
    CHECK_FALSE(slot.runner_of(2));
    CHECK(slot.make_running(2, most));
    CHECK(slot.runner_of(2) == most);
    CHECK_FALSE(slot.runner_of(1));
}

TEST_CASE("records of tasks that ended are for nothing") {
    task_slot slot{};
    REQUIRE(slot.make_running(5, ann));
    CHECK_FALSE(slot.make_running(5, bob));  // while the slot is free, or the next one's
    REQUIRE(slot.make_running(9, bob));
    CHECK_FALSE(slot.make_running(5, ann));
    CHECK(slot.runner_of(9) == bob);
}

TEST_CASE("a withdrawn task is run by nobody, the next one is") {
    task_slot slot{};
    CHECK(slot.withdraw(3));
    CHECK_FALSE(slot.withdraw(3));
    CHECK_FALSE(slot.make_running(3, ann));
    CHECK_FALSE(slot.runner_of(3));
    CHECK_FALSE(slot.is_queued(3));
    CHECK(slot.make_running(4, ann));
}

TEST_CASE("of many that want a task one gets it, each time") {
    constexpr std::uint64_t tasks = 2000;
    constexpr std::uint32_t workers = 4;
    const auto slot = std::make_unique<task_slot>();
    std::atomic<std::uint64_t> got{0}, withdrawn{0}, turn{0}, arrived{0};
    const auto all_here = [&](std::uint64_t generation) {  // everybody begins each task together
        if (arrived.fetch_add(1) + 1 == (workers + 1) * generation) turn.store(generation);
        while (turn.load() < generation) std::this_thread::yield();
    };
    std::vector<std::thread> threads;
    for (std::uint32_t worker = 0; worker < workers; ++worker)
        threads.emplace_back([&, worker] {
            for (std::uint64_t generation = 1; generation <= tasks; ++generation) {
                all_here(generation);
                if (slot->make_running(generation, worker)) ++got;
            }
        });
    for (std::uint64_t generation = 1; generation <= tasks; ++generation) {
        all_here(generation);
        if (slot->withdraw(generation)) ++withdrawn;
    }
    for (auto& each : threads) each.join();
    CHECK(got + withdrawn == tasks);
}
