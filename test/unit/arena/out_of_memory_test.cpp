// SPDX-License-Identifier: MIT
// The process's own memory ends at each allocation in turn: what cannot be done throws, and nothing stays behind in the
// memory that processes share.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "unit/allocations.hpp"

#include <brood/barrier.hpp>
#include <brood/event.hpp>
#include <brood/mutex.hpp>
#include <brood/pipe.hpp>
#include <brood/queue.hpp>
#include <brood/shared_array.hpp>
#include <brood/shared_future.hpp>
#include <brood/shared_value.hpp>

#include <doctest/doctest.h>

#include <memory>
#include <new>
#include <string>
#include <vector>

using namespace brood::arena;

namespace {

// Gives how often it failed. `prepare` has all the memory that it wants.
template <class Prepare, class Work>
int fail_at_each_allocation(Prepare prepare, Work work) {
    static_cast<void>(make_object(kind::bytes, 8, [](void*) {}));
    const auto before = memory_in_use();
    int failed = 0;
    for (long count = 0;; ++count) {
        CAPTURE(count);
        bool ended = false;
        {
            auto given = prepare();
            const test::allocations_left left(count);
            try {
                work(given);
            } catch (const std::bad_alloc&) {
                ++failed;
            }
            ended = test::allocations_left::ended();
        }
        REQUIRE(memory_in_use().blocks == before.blocks);
        REQUIRE(memory_in_use().bytes == before.bytes);
        if (!ended) return failed;
    }
}

struct nothing {};

}  // namespace

TEST_CASE("making shared objects without memory leaves none") {
    CHECK(fail_at_each_allocation([] { return nothing(); },
                                  [](nothing) {
                                      const brood::mutex one;
                                      const brood::queue<int> another;
                                      const brood::barrier third(3);
                                      const brood::shared_array<int> array(1000);
                                      const brood::shared_value<int> value(3);
                                      const auto ends = brood::pipe<int>();
                                  }) > 0);
}

TEST_CASE("putting and getting without memory loses no more than the value, and none of the shared memory") {
    const std::string text(5'000, 'x');
    CHECK(fail_at_each_allocation([] { return brood::queue<std::string>(); },
                                  [&](brood::queue<std::string>& q) {
                                      q.put(text);
                                      q.get();
                                  }) > 0);
    const std::vector<brood::event> events(12);
    CHECK(fail_at_each_allocation([] { return brood::queue<std::vector<brood::event>>(); },
                                  [&](brood::queue<std::vector<brood::event>>& q) {
                                      q.put(events);
                                      q.get();
                                  }) > 0);
}

TEST_CASE("pipes, and results for others, end without memory as well") {
    CHECK(fail_at_each_allocation([] { return brood::pipe<std::string>(); },
                                  [](auto& ends) {
                                      ends.first.send(std::string(5'000, 'x'));
                                      ends.second.recv();
                                      ends.first.close();
                                  }) > 0);
    CHECK(fail_at_each_allocation(
              [] {
                  brood::queue<brood::shared_future<std::string>> q;
                  const auto state = std::make_shared<brood::detail::local_state<std::string>>();
                  state->set_value(std::string(5'000, 'x'));
                  q.put(brood::future<std::string>(state).share());
                  return q;
              },
              [](auto& q) { q.get().get(); }) > 0);
}

TEST_CASE("objects that a message brings are held or not when the memory ends") {
    CHECK(fail_at_each_allocation(
              [] {
                  brood::queue<std::vector<brood::event>> q;
                  q.put(std::vector<brood::event>(12));
                  return q;
              },
              [](brood::queue<std::vector<brood::event>>& q) { q.get(); }) > 0);
}
