// SPDX-License-Identifier: MIT
// The memory of a pool's process ends at each allocation of the thread that uses it: what cannot be done throws, and
// the pool goes on.
#include "unit/allocations.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <new>
#include <numeric>
#include <string>
#include <vector>

namespace {

int twice(int x) { return 2 * x; }
std::vector<int> many(int count) { return std::vector<int>(static_cast<std::size_t>(count), count); }
std::size_t length(const std::string& text) { return text.size(); }
int by_another(int x) { return brood::current_pool().apply(twice, x); }
int throws(int x) { throw std::runtime_error(std::string(static_cast<std::size_t>(x), 'x')); }

// Gives how often it failed.
template <class Work>
int fail_at_each_allocation(Work work) {
    brood::pool pool({.workers = 2});
    CHECK(pool.apply(twice, 1) == 2);
    int failed = 0;
    for (long count = 0;; ++count) {
        CAPTURE(count);
        bool ended = false;
        {
            const test::allocations_left left(count);
            try {
                work(pool);
            } catch (const std::bad_alloc&) {
                ++failed;
            }
            ended = test::allocations_left::ended();
        }
        REQUIRE(pool.apply(twice, 7) == 14);
        REQUIRE(pool.submit(twice, 8).get() == 16);
        if (!ended) break;
    }
    pool.close();
    pool.join();
    return failed;
}

}  // namespace

TEST_CASE("calls, small and large, whose results cannot be kept for want of memory") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) {
              CHECK(pool.apply(twice, 3) == 6);
              const auto got = pool.apply(many, 100'000);
              CHECK(got.size() == 100'000);
              const std::string text(300, 'x'), longer(200'000, 'x');
              CHECK(pool.apply(length, text) == 300);
              CHECK(pool.apply(length, longer) == 200'000);
          }) > 10);
}

TEST_CASE("futures, for want of memory") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) {
              auto small = pool.submit(twice, 3);
              auto large = pool.submit(many, 100'000);
              CHECK(small.get() == 6);
              CHECK(large.get().size() == 100'000);
          }) > 10);
}

TEST_CASE("maps, for want of memory") {
    std::vector<int> numbers(500);
    std::iota(numbers.begin(), numbers.end(), 0);
    CHECK(fail_at_each_allocation([&](brood::pool& pool) {
              const auto got = pool.map(twice, numbers);
              CHECK(got.size() == numbers.size());
          }) > 10);
}

TEST_CASE("tasks of tasks, for want of memory of their pool's process") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) { CHECK(pool.apply(by_another, 4) == 8); }) > 0);
}

TEST_CASE("exceptions of tasks, for want of memory") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) {
              try {
                  pool.apply(throws, 2000);
                  FAIL("nothing was thrown");
              } catch (const std::runtime_error& e) {
                  CHECK(std::string_view(e.what()).size() >= 2000);
              }
          }) > 0);
}
