// SPDX-License-Identifier: MIT
// The memory of a pool's process ends at each allocation of the thread that uses the pool: what cannot be done throws,
// and the pool goes on and ends.
#include "unit/allocations.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <new>
#include <numeric>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

int twice(int x) { return 2 * x; }
std::vector<int> many(int count) { return std::vector<int>(static_cast<std::size_t>(count), count); }
std::size_t count_of(const std::vector<int>& all) { return all.size(); }
std::size_t length(const std::string& text) { return text.size(); }
int by_another(int x) { return brood::current_pool().apply(twice, x); }
int throws(std::size_t size) { throw std::runtime_error(std::string(size, 'x')); }

// Gives how often it failed. `is_right` does something with the pool.
template <class Work>
int fail_at_each_allocation(Work is_right) {
    brood::pool pool({.workers = 2});
    CHECK(pool.apply(twice, 1) == 2);
    int failed = 0;
    for (long count = 0;; ++count) {
        CAPTURE(count);
        bool ended = false, right = true;
        {
            const test::allocations_left left(count);
            try {
                right = is_right(pool);
            } catch (const std::bad_alloc&) {
                ++failed;
            }
            ended = test::allocations_left::ended();
        }
        CHECK(right);
        REQUIRE(pool.apply(twice, 7) == 14);
        REQUIRE(pool.submit(twice, 8).get() == 16);
        REQUIRE(pool.apply(by_another, 9) == 18);
        if (!ended) break;
    }
    pool.close();
    pool.join();
    return failed;
}

}  // namespace

TEST_CASE("a call without memory throws bad_alloc, and so does one whose result cannot be kept") {
    // Most of the time a small call needs none.
    fail_at_each_allocation([](brood::pool& pool) { return pool.apply(twice, 3) == 6; });
    CHECK(fail_at_each_allocation([](brood::pool& pool) { return pool.apply(many, 100'000).size() == 100'000; }) > 5);
    for (const std::size_t size : {300, 200'000}) {
        const std::string text(size, 'x');
        CHECK(fail_at_each_allocation([&](brood::pool& pool) { return pool.apply(length, text) == size; }) > 0);
    }
}

TEST_CASE("a call without memory for a large value that is read while it is written throws bad_alloc") {
    const std::vector<int> large(1'000'000, 3);
    CHECK(fail_at_each_allocation([](brood::pool& pool) { return pool.apply(many, 1'000'000).size() == 1'000'000; }) >
          5);
    CHECK(fail_at_each_allocation([&](brood::pool& pool) { return pool.apply(count_of, large) == large.size(); }) > 5);
}

TEST_CASE("a future without memory throws bad_alloc, and others have their values") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) {
              auto small = pool.submit(twice, 3);
              auto large = pool.submit(many, 100'000);
              const bool right = small.get() == 6;
              return large.get().size() == 100'000 && right;
          }) > 5);
}

TEST_CASE("a task that waits for one of its own is not left waiting for want of memory in the pool's process") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) { return pool.apply(by_another, 4) == 8; }) > 2);
}

TEST_CASE("an exception that cannot be read for want of memory is another one") {
    CHECK(fail_at_each_allocation([](brood::pool& pool) {
              try {
                  return pool.apply(throws, std::size_t{2000}) == 0;
              } catch (const std::runtime_error& e) {
                  return std::string_view(e.what()).size() >= 2000;
              }
          }) > 0);
}

TEST_CASE("a map without memory throws bad_alloc, and nothing of it stays") {
    std::vector<int> numbers(300), wanted;
    std::iota(numbers.begin(), numbers.end(), 0);
    for (const int number : numbers) wanted.push_back(2 * number);
    for (const std::int64_t chunk_size : {0, 1, 100}) {
        CAPTURE(chunk_size);
        CHECK(fail_at_each_allocation([&](brood::pool& pool) {
                  return pool.map(twice, numbers, {.chunk_size = chunk_size}) == wanted;
              }) > 5);
    }
}
