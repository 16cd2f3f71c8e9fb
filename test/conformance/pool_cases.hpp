// SPDX-License-Identifier: MIT
// What holds for every pool. Include it once in a test program for each pool, with BROOD_POOL_UNDER_TEST set to its
// type. Functions here have no captures and their values can cross, so that a pool of processes can take them.
#pragma once

#include "support/waiting.hpp"

#include <brood/brood.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <numeric>
#include <optional>
#include <ranges>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>

namespace pool_cases {

using namespace std::chrono_literals;
using pool_type = BROOD_POOL_UNDER_TEST;

inline int twice(int x) { return 2 * x; }
inline int odd_ones_fail(int x) {
    if (x % 2 != 0) throw std::out_of_range("odd: " + std::to_string(x));
    return x;
}

struct no_default {
    explicit no_default(int v) : value(v) {}
    template <class A>
    void serialize(A& archive) {
        archive(value);
    }
    template <class A>
    static void load_and_construct(A& archive, cereal::construct<no_default>& construct) {
        int v = 0;
        archive(v);
        construct(v);
    }
    int value;
};

inline std::vector<int> numbers(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}
inline std::vector<int> doubled(std::vector<int> all) {
    for (int& x : all) x *= 2;
    return all;
}

// Occupies a worker until its gate is opened.
struct gate {
    brood::event entered, open;
    void let_pass() const { brood::event(open).set(); }
    static void pass(gate self) {
        self.entered.set();
        self.open.wait();
    }
};

// ---- one task -----------------------------------------------------------------------------------

TEST_CASE("apply gives the result, or throws what the function threw") {
    pool_type pool(1);
    CHECK(pool.apply(twice, 21) == 42);
    CHECK(pool.apply([](const std::string& text) { return text + "!"; }, "text") == "text!");
    CHECK_NOTHROW(pool.apply([] {}));
    CHECK_THROWS_WITH_AS(pool.apply(odd_ones_fail, 3), "odd: 3", std::out_of_range);
    CHECK(pool.apply(twice, 1) == 2);
}

TEST_CASE("futures of many tasks can be asked in any order") {
    pool_type pool(2);
    std::vector<brood::future<int>> futures;
    for (int i = 0; i < 300; ++i) futures.push_back(pool.submit(twice, i));
    for (int i = 299; i >= 0; --i) CHECK(futures[static_cast<std::size_t>(i)].get() == 2 * i);
}

TEST_CASE("a member function runs on its object") {
    struct device {
        int number;
        int read(int more) const { return number + more; }
    };
    pool_type pool(1);
    CHECK(pool.apply(&device::read, device{5}, 2) == 7);
    CHECK(pool.map([](const no_default& one) { return one.value; }, std::vector{no_default(3)}) == std::vector{3});
}

TEST_CASE("tasks of higher priority run first, equal ones in their order") {
    pool_type pool(1);
    const gate door;
    brood::queue<int> ran;
    auto first = pool.submit(gate::pass, door);
    door.entered.wait();
    std::vector<brood::future<void>> futures;
    const auto note = [](brood::queue<int> to, int what) { to.put(what); };
    for (const int priority : {0, -1, 5, 0, 5})
        futures.push_back(
            pool.submit({.priority = priority}, note, ran, 10 * priority + static_cast<int>(futures.size())));
    door.let_pass();
    CHECK(brood::wait(futures, brood::wait_policy::all));
    std::vector<int> order;
    while (const auto next = ran.try_get()) order.push_back(*next);
    CHECK(order == std::vector{52, 54, 0, 3, -9});
}

TEST_CASE("a task that has not begun can be cancelled and never runs") {
    pool_type pool(1);
    const gate door;
    brood::queue<int> ran;
    auto first = pool.submit(gate::pass, door);
    door.entered.wait();
    auto second = pool.submit([](brood::queue<int> to) { to.put(1); }, ran);
    CHECK(second.cancel());
    CHECK(second.cancel());
    CHECK(second.ready());
    CHECK_THROWS_AS(second.get(), brood::cancelled);
    door.let_pass();
    first.get();
    CHECK_FALSE(first.valid());
    CHECK(pool.apply(twice, 1) == 2);
    CHECK(ran.empty());
}

TEST_CASE("what has a result cannot be cancelled") {
    pool_type pool(1);
    auto done = pool.submit(twice, 2);
    done.wait();
    CHECK_FALSE(done.cancel());
    CHECK(done.get() == 4);
}

TEST_CASE("a task that takes a stop_token is told to stop") {
    pool_type pool(1);
    brood::event begun;
    auto task = pool.submit(
        [](const brood::stop_token& stop, brood::event started) {
            started.set();
            while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
            return stop.stop_possible();
        },
        begun);
    begun.wait();
    CHECK_FALSE(task.ready());
    task.request_stop();
    CHECK(task.get());
}

TEST_CASE("a bounded queue lets submitters wait, and loses nothing") {
    pool_type pool(brood::pool_options{.workers = 1, .queue_limit = 2});
    std::vector<brood::future<int>> futures;
    for (int i = 0; i < 50; ++i) futures.push_back(pool.submit(twice, i));
    for (int i = 0; i < 50; ++i) CHECK(futures[static_cast<std::size_t>(i)].get() == 2 * i);
}

// ---- maps ---------------------------------------------------------------------------------------

TEST_CASE("map keeps the order, whatever the chunk size") {
    pool_type pool(2);
    for (const int chunk : {0, 1, 7, 100'000}) {
        CAPTURE(chunk);
        CHECK(pool.map(twice, numbers(1000), {.chunk_size = chunk}) == doubled(numbers(1000)));
    }
    CHECK(pool.map(twice, numbers(100'000)) == doubled(numbers(100'000)));
    CHECK(pool.map(twice, std::vector<int>()).empty());
}

TEST_CASE("map takes any input range") {
    pool_type pool(2);
    CHECK(pool.map(twice, std::list{1, 2}) == std::vector{2, 4});
    CHECK(pool.map(twice, std::views::iota(0, 5)) == std::vector{0, 2, 4, 6, 8});
    CHECK(pool.map(twice, numbers(10) | std::views::take_while([](int x) { return x < 3; })) == std::vector{0, 2, 4});
    std::istringstream text("1 2 3");
    CHECK(pool.map(twice, std::views::istream<int>(text)) == std::vector{2, 4, 6});
    const std::array fixed{3, 4};
    CHECK(pool.map(twice, fixed) == std::vector{6, 8});
    const std::vector<const char*> names{"a", "b"};
    CHECK(pool.map([](const std::string& s) { return s + s; }, names) == std::vector<std::string>{"aa", "bb"});
    std::vector bits{true, false, true};
    CHECK(pool.map([](bool b) { return !b; }, bits) == std::vector{false, true, false});
    CHECK(pool.map([](auto b) { return b ? 1 : 0; }, bits) == std::vector{1, 0, 1});
}

TEST_CASE("elements may be move-only, and results without default constructor") {
    pool_type pool(2);
    std::vector<std::unique_ptr<int>> owned;
    for (int i = 0; i < 20; ++i) owned.push_back(std::make_unique<int>(i));
    const auto back = pool.map([](std::unique_ptr<int> p) { return p; }, std::move(owned));
    REQUIRE(back.size() == 20);
    CHECK(*back[19] == 19);
    CHECK(pool.map([](int x) { return no_default(x); }, numbers(5))[4].value == 4);
}

TEST_CASE("a map of a function that returns nothing returns nothing") {
    pool_type pool(2);
    static_assert(std::is_void_v<decltype(pool.map([](int) {}, std::vector<int>()))>);
    brood::queue<int> seen;
    pool.starmap([](brood::queue<int> to, int x) { to.put(x); },
                 std::vector{std::tuple(seen, 1), std::tuple(seen, 2), std::tuple(seen, 3)});
    CHECK(seen.size() == 3);
}

TEST_CASE("starmap spreads tuples, pairs and arrays") {
    pool_type pool(2);
    const auto join = [](const std::string& a, int b) { return a + std::to_string(b); };
    CHECK(pool.starmap(join, std::vector<std::tuple<std::string, int>>{{"x", 1}, {"y", 2}}) ==
          std::vector<std::string>{"x1", "y2"});
    CHECK(pool.starmap(join, std::list{std::pair("z", 3)}) == std::vector<std::string>{"z3"});
    CHECK(pool.starmap([](int a, int b) { return a * b; }, std::vector{std::array{2, 3}}) == std::vector{6});
    CHECK(pool.starmap_async(join, std::vector{std::pair("q", 4)}).get() == std::vector<std::string>{"q4"});
}

TEST_CASE("map throws the first failure in the order of the elements") {
    pool_type pool(2);
    for (const int chunk : {0, 1, 3}) {
        CAPTURE(chunk);
        CHECK_THROWS_WITH_AS(pool.map(odd_ones_fail, numbers(200), {.chunk_size = chunk}), "odd: 1", std::out_of_range);
        CHECK_THROWS_WITH_AS(pool.map_async(odd_ones_fail, numbers(200), {.chunk_size = chunk}).get(), "odd: 1",
                             std::out_of_range);
    }
    CHECK(pool.apply(twice, 4) == 8);
}

TEST_CASE("what a map had not begun when an element failed is not run") {
    pool_type pool(1);
    brood::counting_semaphore ran(0);
    const auto work = [](brood::counting_semaphore count, int x) {
        if (x == 0) throw std::runtime_error("first");
        count.release();
    };
    auto all = std::views::iota(0, 1000) | std::views::transform([&](int x) { return std::tuple(ran, x); });
    CHECK_THROWS_WITH_AS(pool.starmap(work, all, {.chunk_size = 1}), "first", std::runtime_error);
    int count = 0;
    while (ran.try_acquire()) ++count;
    CHECK(count < 1000);
}

TEST_CASE("map_outcomes gives value or exception of each element") {
    pool_type pool(2);
    for (const int chunk : {0, 1, 7}) {
        CAPTURE(chunk);
        const auto all = pool.map_outcomes(odd_ones_fail, numbers(500), {.chunk_size = chunk});
        REQUIRE(all.size() == 500);
        for (std::size_t i = 0; i < all.size(); ++i) {
            CHECK(all[i].has_value() == (i % 2 == 0));
            if (all[i])
                CHECK(*all[i] == static_cast<int>(i));
            else
                CHECK_THROWS_AS(std::rethrow_exception(all[i].error()), std::out_of_range);
        }
    }
    CHECK(pool.map_outcomes(
                  [](int x) {
                      if (x == 1) throw std::runtime_error("no");
                  },
                  numbers(3))[2]
              .has_value());
}

TEST_CASE("map_async goes on while nobody waits, also when the pool is closed meanwhile") {
    pool_type pool(2);
    auto all = pool.map_async(twice, numbers(20'000));
    auto none = pool.map_async(twice, std::vector<int>());
    pool.close();
    CHECK(all.get() == doubled(numbers(20'000)));
    CHECK(none.get().empty());
    pool.join();
}

TEST_CASE("a map goes on in a pool that is closed and joined meanwhile") {
    pool_type pool(2);
    std::thread joiner;
    auto range = std::views::iota(0, 1000) | std::views::transform([&](int x) {
                     if (x == 500) {
                         pool.close();
                         joiner = std::thread([&] { pool.join(); });
                         std::this_thread::sleep_for(50ms);  // what was sent has ended
                     }
                     return x;
                 });
    CHECK(pool.map(twice, range, {.chunk_size = 10}) == doubled(numbers(1000)));
    joiner.join();
}

TEST_CASE("map_async can be cancelled") {
    pool_type pool(1);
    const gate door;
    auto first = pool.submit(gate::pass, door);
    door.entered.wait();
    auto all = pool.map_async(twice, numbers(1000));
    CHECK(all.cancel());
    CHECK_THROWS_AS(all.get(), brood::cancelled);
    door.let_pass();
    first.get();
    CHECK(pool.apply(twice, 3) == 6);
}

TEST_CASE("map_reduce combines in the order of the elements") {
    pool_type pool(2);
    const auto text = [](int x) { return std::to_string(x); };
    CHECK(pool.map_reduce(text, numbers(12), std::string(">"), std::plus<>()) == ">01234567891011");
    CHECK(pool.map_reduce([](int x) { return static_cast<std::int64_t>(x); }, numbers(10'000), std::int64_t{1},
                          [](std::int64_t a, std::int64_t b) { return a + b; }) == 49'995'001);
    CHECK(pool.map_reduce(twice, std::vector<int>(), 7, std::plus<>()) == 7);
    CHECK_THROWS_AS(pool.map_reduce(odd_ones_fail, numbers(10), 0, std::plus<>()), std::out_of_range);
}

// ---- streams ------------------------------------------------------------------------------------

TEST_CASE("imap gives the results of an endless range in order, and looks a bounded number ahead") {
    pool_type pool(2);
    std::atomic<int> taken{0};
    auto endless = std::views::iota(0) | std::views::transform([&](int x) {
                       taken = x + 1;
                       return x;
                   });
    int expected = 0;
    for (const int result : pool.imap(twice, endless, {.chunk_size = 1})) {
        CHECK(result == 2 * expected);
        if (++expected == 100) break;
    }
    CHECK(expected == 100);
    CHECK(taken < 100'000);
}

TEST_CASE("imap takes nothing from its range before a result is wanted") {
    pool_type pool(1);
    int taken = 0;
    auto range = std::views::iota(0, 3) | std::views::transform([&](int x) {
                     ++taken;
                     return x;
                 });
    auto results = pool.imap(twice, range);
    CHECK(taken == 0);
    std::vector<int> all;
    for (const int result : results) all.push_back(result);
    CHECK(all == std::vector{0, 2, 4});
}

// Waits at one element.
struct long_at_one {
    gate door;
    int which = 0;
    int operator()(int x) const {
        if (x == which) gate::pass(door);
        return 2 * x;
    }
};

TEST_CASE("a long element holds up no other chunk, however short those before it were") {
    pool_type pool(2);
    for (const int chunk : {1, 5}) {
        CAPTURE(chunk);
        const long_at_one work{{}, 500 / chunk * chunk + chunk - 1};
        std::multiset<int> all;
        for (const int result : pool.imap_unordered(work, numbers(1000), {.chunk_size = chunk})) {
            all.insert(result);
            // Its own chunk comes with it.
            if (all.size() == 1000U - static_cast<unsigned>(chunk)) work.door.let_pass();
        }
        const auto expected = doubled(numbers(1000));
        CHECK(all == std::multiset<int>(expected.begin(), expected.end()));
    }
}

TEST_CASE("chunks of one element give their results in order, of whatever type") {
    pool_type pool(2);
    const auto text = [](int x) { return std::string(static_cast<std::size_t>(x % 50), 'x'); };
    const auto texts = pool.map(text, numbers(2000), {.chunk_size = 1});
    REQUIRE(texts.size() == 2000);
    for (int i = 0; i < 2000; ++i) CHECK(texts[static_cast<std::size_t>(i)] == text(i));
    int next = 0;
    for (const int result : pool.imap(twice, numbers(5000), {.chunk_size = 1})) CHECK(result == 2 * next++);
    CHECK(next == 5000);
    brood::counting_semaphore ran(0);
    const auto count = [](brood::counting_semaphore to, int) { to.release(); };
    pool.starmap(count, std::views::iota(0, 500) | std::views::transform([&](int x) { return std::tuple(ran, x); }),
                 {.chunk_size = 1});
    int times = 0;
    while (ran.try_acquire()) ++times;
    CHECK(times == 500);
}

TEST_CASE("imap_unordered gives each result once") {
    pool_type pool(2);
    std::istringstream text("1 2 3 4 5 6 7 8 9");
    std::multiset<int> all;
    for (const int result : pool.imap_unordered(twice, std::views::istream<int>(text))) all.insert(result);
    CHECK(all == std::multiset{2, 4, 6, 8, 10, 12, 14, 16, 18});
    int count = 0;
    for (auto&& nothing : pool.imap_unordered([](int) {}, numbers(1000))) {
        static_cast<void>(nothing);
        ++count;
    }
    CHECK(count == 1000);
}

TEST_CASE("a stream goes on after an element that failed") {
    pool_type pool(2);
    auto results = pool.imap(odd_ones_fail, numbers(6));
    std::vector<int> good;
    int bad = 0;
    while (auto next = results.next_outcome())
        if (*next)
            good.push_back(**next);
        else
            ++bad;
    CHECK(good == std::vector{0, 2, 4});
    CHECK(bad == 3);
    auto thrower = pool.imap(odd_ones_fail, numbers(3));
    auto at = thrower.begin();
    CHECK(*at == 0);
    CHECK_THROWS_AS(++at, std::out_of_range);
    ++at;
    CHECK(*at == 2);
    ++at;
    CHECK(at == thrower.end());
}

TEST_CASE("a stream goes on in a pool that was closed, and not in one that was joined") {
    pool_type pool(2);
    auto bounded = pool.imap(twice, std::views::iota(0, 3000), {.chunk_size = 1});
    auto endless = pool.imap(twice, std::views::iota(0), {.chunk_size = 1});
    CHECK(*endless.begin() == 0);
    int count = 0;
    for (const int result : bounded) {
        CHECK(result == 2 * count);
        if (++count == 10) {
            pool.close();
            std::this_thread::sleep_for(50ms);
        }
    }
    CHECK(count == 3000);
    pool.join();
    const auto read_on = [&] {
        for (const int result : endless) static_cast<void>(result);
    };
    CHECK_THROWS_AS(read_on(), std::logic_error);
}

TEST_CASE("a stream that nobody reads to its end leaves the pool usable") {
    pool_type pool(1);
    {
        auto results = pool.imap(twice, std::views::iota(0));
        CHECK(*results.begin() == 0);
    }
    CHECK(pool.apply(twice, 5) == 10);
}

// ---- what is thrown around a map ----------------------------------------------------------------

TEST_CASE("what the range throws comes out, and the pool goes on") {
    pool_type pool(2);
    const auto bad = [] {
        return std::views::iota(0, 1000) | std::views::transform([](int x) {
                   if (x == 50) throw std::domain_error("range");
                   return x;
               });
    };
    CHECK_THROWS_WITH_AS(pool.map(twice, bad()), "range", std::domain_error);
    CHECK_THROWS_WITH_AS(pool.map_async(twice, bad()), "range", std::domain_error);
    CHECK_THROWS_WITH_AS(
        [&] {
            for (const int result : pool.imap(twice, bad())) static_cast<void>(result);
        }(),
        "range", std::domain_error);
    CHECK(pool.map(twice, numbers(3)) == doubled(numbers(3)));
}

TEST_CASE("progress is reported until all is done, and may throw") {
    pool_type pool(2);
    std::uint64_t last = 0;
    const auto watch = [&](std::uint64_t done, std::optional<std::uint64_t> total) {
        CHECK(done > last);
        CHECK(total == 500);
        last = done;
    };
    pool.map(twice, numbers(500), {.progress = watch});
    CHECK(last == 500);
    std::optional<std::uint64_t> known = 1;
    std::istringstream text("1 2");
    for (const int x :
         pool.imap(twice, std::views::istream<int>(text),
                   {.progress = [&](std::uint64_t, std::optional<std::uint64_t> total) { known = total; }}))
        CHECK(x > 0);
    CHECK_FALSE(known.has_value());
    const auto refuse = [](std::uint64_t, std::optional<std::uint64_t>) { throw std::domain_error("progress"); };
    CHECK_THROWS_WITH_AS(pool.map(twice, numbers(500), {.progress = refuse}), "progress", std::domain_error);
    CHECK_THROWS_WITH_AS(pool.map_async(twice, numbers(500), {.progress = refuse}).get(), "progress",
                         std::domain_error);
    CHECK(pool.apply(twice, 5) == 10);
}

TEST_CASE("values that mean nothing throw at the call") {
    pool_type pool(1);
    CHECK_THROWS_AS(pool.map(twice, numbers(3), {.chunk_size = -1}), std::invalid_argument);
    CHECK_THROWS_AS(pool.imap(twice, numbers(3), {.chunk_size = -1}), std::invalid_argument);
    CHECK_THROWS_AS(pool.map_async(twice, numbers(3), {.chunk_size = -5}), std::invalid_argument);
    CHECK_THROWS_AS(pool.submit({.retries = -1}, twice, 1), std::invalid_argument);
    CHECK_THROWS_AS(pool.resize(0), std::invalid_argument);
    CHECK_THROWS_AS(pool_type(0), std::invalid_argument);
    CHECK_THROWS_AS(pool_type(-3), std::invalid_argument);
    CHECK_THROWS_AS(pool_type(brood::pool_options{.queue_limit = 0}), std::invalid_argument);
    CHECK_THROWS_AS(pool_type(brood::pool_options{.max_tasks_per_worker = 0}), std::invalid_argument);
}

// ---- the end of a pool --------------------------------------------------------------------------

TEST_CASE("the destructor loses nothing that was submitted") {
    brood::counting_semaphore ran(0);
    std::vector<brood::future<void>> futures;
    {
        pool_type pool(2);
        for (int i = 0; i < 100; ++i)
            futures.push_back(pool.submit([](brood::counting_semaphore count) { count.release(); }, ran));
    }
    for (auto& one : futures) CHECK_NOTHROW(one.get());
    CHECK(ran.value() == 100);
}

TEST_CASE("a closed pool takes no tasks, and join wants it closed") {
    pool_type pool(1);
    CHECK_THROWS_AS(pool.join(), std::logic_error);
    auto before = pool.submit(twice, 1);
    pool.close();
    pool.close();
    CHECK_THROWS_AS(pool.submit(twice, 1), std::logic_error);
    CHECK_THROWS_AS(pool.map(twice, numbers(1)), std::logic_error);
    CHECK_THROWS_AS(pool.map_async(twice, numbers(1)), std::logic_error);
    CHECK_THROWS_AS(pool.imap(twice, numbers(1)), std::logic_error);
    CHECK_THROWS_AS(pool.resize(2), std::logic_error);
    pool.join();
    pool.join();
    CHECK(before.get() == 2);
}

TEST_CASE("terminate ends what has not begun with cancelled, promptly and however much it is") {
    pool_type pool(1);
    const gate door;
    auto running = pool.submit(gate::pass, door);
    door.entered.wait();
    std::vector<brood::future<int>> waiting;
    for (int i = 0; i < 2000; ++i) waiting.push_back(pool.submit(twice, i));
    pool.terminate();
    door.let_pass();
    for (auto& one : waiting) CHECK_THROWS_AS(one.get(), brood::cancelled);
    CHECK_THROWS_AS(pool.submit(twice, 1), brood::cancelled);
    pool.terminate();
    pool.join();
}

TEST_CASE("an initializer runs once in each worker, and a failing one fails the pool with its error") {
    brood::counting_semaphore begun(0);
    {
        pool_type pool(brood::pool_options{
            .workers = 3, .initializer = brood::call([](brood::counting_semaphore count) { count.release(); }, begun)});
        CHECK(pool.map(twice, numbers(100)).size() == 100);
    }
    CHECK(begun.value() <= 3);
    CHECK(begun.value() >= 1);
    pool_type broken(brood::pool_options{.workers = 2, .initializer = brood::call([](int x) { odd_ones_fail(x); }, 7)});
    CHECK_THROWS_WITH_AS(broken.submit(twice, 1).get(), "odd: 7", std::out_of_range);
    CHECK_THROWS_WITH_AS(broken.apply(twice, 1), "odd: 7", std::out_of_range);
}

TEST_CASE("a pool can grow and shrink while it works") {
    pool_type pool(1);
    auto all = pool.map_async(twice, numbers(10'000));
    pool.resize(3);
    pool.resize(1);
    pool.resize(2);
    CHECK(all.get() == doubled(numbers(10'000)));
    CHECK(pool.worker_count() == 2);
    CHECK(brood_test::comes_true([&] { return pool.stats().size() == 2; }));
}

TEST_CASE("tasks may be submitted from many threads at once") {
    pool_type pool(2);
    std::atomic<int> sum{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            for (int i = 0; i < 50; ++i) sum += pool.apply(twice, i);
        });
    for (auto& thread : threads) thread.join();
    CHECK(sum == 4 * 2450);
}

// ---- futures ------------------------------------------------------------------------------------

TEST_CASE("then passes the value on, or the outcome to who takes one") {
    pool_type pool(1);
    CHECK(pool.submit(twice, 1).then([](int x) { return std::to_string(x); }).get() == "2");
    CHECK_THROWS_AS(pool.submit(odd_ones_fail, 1).then([](int x) { return x; }).get(), std::out_of_range);
    CHECK(pool.submit(odd_ones_fail, 1).then([](brood::outcome<int> x) { return x.has_value(); }).get() == false);
    CHECK_THROWS_WITH_AS(pool.submit(twice, 1).then([](int) { throw std::domain_error("then"); }).get(), "then",
                         std::domain_error);
    CHECK(pool.submit([] {}).then([] { return 3; }).get() == 3);
    bool ran = false;
    pool.submit([] {}).then([&](const brood::outcome<void>& done) { ran = done.has_value(); }).get();
    CHECK(ran);
}

TEST_CASE("when_all waits for all and keeps their order") {
    pool_type pool(2);
    auto both =
        brood::when_all(pool.submit(twice, 1), pool.submit([] { return std::string("s"); }), pool.submit([] {}));
    CHECK(both.get() == std::tuple(2, std::string("s"), std::monostate()));
    std::vector<brood::future<int>> many;
    for (int i = 0; i < 20; ++i) many.push_back(pool.submit(twice, i));
    CHECK(brood::when_all(many).get() == doubled(numbers(20)));
    CHECK(brood::when_all(std::vector<brood::future<int>>()).get().empty());
    CHECK_THROWS_AS(brood::when_all(pool.submit(twice, 1), pool.submit(odd_ones_fail, 1)).get(), std::out_of_range);
}

TEST_CASE("when_any, wait and as_completed follow who is ready") {
    pool_type pool(2);
    const gate door;
    std::vector<brood::future<void>> futures;
    futures.push_back(pool.submit(gate::pass, door));
    futures.push_back(pool.submit([] {}));
    CHECK(brood::when_any(futures).get() == 1);
    CHECK(brood::when_any(futures[0], futures[1]).get() == 1);
    CHECK(brood::wait(futures, brood::wait_policy::any));
    CHECK_FALSE(brood::wait(futures, brood::wait_policy::all, 1ms));
    CHECK_FALSE(brood::wait(futures, brood::wait_policy::first_error, 1ms));
    futures.push_back(pool.submit([] { throw std::runtime_error("bad"); }));
    CHECK(brood::wait(futures, brood::wait_policy::first_error));
    std::vector<std::size_t> order;
    for (const auto index : brood::as_completed(futures)) {
        order.push_back(index);
        if (order.size() == 2) door.let_pass();
    }
    REQUIRE(order.size() == 3);
    CHECK(order[2] == 0);
    CHECK_THROWS_AS(brood::when_any(std::vector<brood::future<int>>()), std::invalid_argument);
}

TEST_CASE("a shared future gives its result to every copy") {
    pool_type pool(1);
    const brood::shared_future<std::string> one = pool.submit([] { return std::string("shared"); }).share();
    const auto two = one;  // NOLINT(performance-unnecessary-copy-initialization)
    CHECK(one.get() == "shared");
    CHECK(&one.get() == &two.get());
    auto bad = pool.submit(odd_ones_fail, 1).share();
    CHECK_THROWS_AS(bad.get(), std::out_of_range);
    CHECK_THROWS_AS(bad.get(), std::out_of_range);
    CHECK_THROWS_AS(brood::shared_future<int>().wait(), std::future_error);
}

inline brood::future<int> sum_of_two(pool_type& pool, int a, int b) {
    const int first = co_await pool.submit(twice, a);
    const int second = co_await pool.submit(odd_ones_fail, b);
    co_return first + second;
}

TEST_CASE("a coroutine awaits tasks and returns a future") {
    pool_type pool(2);
    CHECK(sum_of_two(pool, 1, 4).get() == 6);
    CHECK_THROWS_AS(sum_of_two(pool, 1, 3).get(), std::out_of_range);
}

TEST_CASE("a future may outlive its pool") {
    std::optional<brood::future<int>> left;
    {
        pool_type pool(1);
        left = pool.submit(twice, 6);
    }
    CHECK(left->get() == 12);
}

}  // namespace pool_cases
