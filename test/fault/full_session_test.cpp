// SPDX-License-Identifier: MIT
// Shared memory that is used up: a typed error, and whatever there is goes on.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/containers.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <new>
#include <vector>

using namespace brood_test;

namespace {

template <class T, class... Args>
std::vector<T> fill_with(const Args&... args) {
    std::vector<T> all;
    try {
        for (;;) all.emplace_back(args...);
    } catch (const std::bad_alloc&) {
        return all;
    }
}

bool is_used_by_child(const brood::mutex& mutex) {
    return brood::async(
               [](brood::mutex theirs) {
                   const std::scoped_lock lock(theirs);
                   return true;
               },
               mutex)
        .get();
}

const scenario fills_session("fills-session", [](const arguments&) {
    brood::mutex kept;
    brood::event event;
    brood::counting_semaphore semaphore(0);
    brood::shared_value<brood::vector<int>> value;
    expect(is_used_by_child(kept), "a child that uses a mutex");
    for (int round = 0; round < 3; ++round) {
        auto large = fill_with<brood::shared_array<char>>(std::size_t{1} << 20);
        auto small = fill_with<brood::mutex>();
        expect(large.size() > 3 && small.size() > 100, "memory that is used up");
        {
            const std::scoped_lock all(kept, small.front(), small.back());
            event.set();
            event.wait();
            event.clear();
            semaphore.release();
            semaphore.acquire();
        }
        try {
            value.with([](auto& all) {
                for (;;) all.push_back(1);
            });
            expect(false, "a container that grows without end");
        } catch (const std::bad_alloc&) {
        }
        // A child may find no memory for its own bookkeeping; then its parent is told.
        try {
            expect(is_used_by_child(kept), "a child in a full session");
        } catch (const std::bad_alloc&) {
        } catch (const brood::error&) {
        }
        large.clear();
        small.clear();
        value.with([](auto& all) {
            all.clear();
            all.shrink_to_fit();
        });
        expect(is_used_by_child(kept), "a child after memory came back");
        expect(is_used_by_child(brood::mutex()), "a new mutex after memory came back");
    }
    return 0;
});

}  // namespace

TEST_CASE("in a session whose memory is used up all objects go on, and new ones work once there is some again") {
    auto run = start_scenario("fills-session", {}, {.environment = {{"BROOD_ARENA_SIZE", "16777216"}}});
    const bool success = run.wait().success();
    INFO(run.errors());
    CHECK(success);
}
