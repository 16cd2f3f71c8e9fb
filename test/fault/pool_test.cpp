// SPDX-License-Identifier: MIT
// Pools whose tasks, workers and callbacks go wrong: the right future gets the right error, and all others their
// values.
#include "folder.hpp"
#include "mailbox.hpp"
#include "random_deaths.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

int twice(int x) { return 2 * x; }

enum class fault { none, throws, exits, exits_at_once, aborts, crashes, overflows, kills };

int overflow(volatile char* from) {
    volatile char block[4096];
    block[0] = from[0];
    return from == nullptr ? 0 : overflow(block) + block[0];
}

void strike(fault what) {
    char one = 0;
    switch (what) {
        case fault::none: return;
        case fault::throws: throw std::domain_error("struck");
        case fault::exits: std::exit(7);
        case fault::exits_at_once: std::_Exit(8);
        case fault::aborts: std::abort();
        case fault::crashes: crash(); return;
        case fault::overflows: overflow(&one); return;
        case fault::kills: kill_process(brood::current_process().pid());
    }
    for (;;) std::this_thread::yield();
}

// Strikes in another process than its own when it is read or written there.
struct fragile {
    fault when_read = fault::none, when_written = fault::none;
    brood::process_id home = brood::current_process().pid();

    bool is_away() const { return brood::current_process().pid() != home; }
    template <class Archive>
    void save(Archive& archive) const {
        if (is_away()) strike(when_written);
        archive(when_read, when_written, home);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(when_read, when_written, home);
        if (is_away()) strike(when_read);
    }
};

// Cannot be written here, or cannot be read when it comes back.
struct stubborn {
    bool when_written = false, when_read_at_home = false;
    brood::process_id home = brood::current_process().pid();

    bool is_away() const { return brood::current_process().pid() != home; }
    template <class Archive>
    void save(Archive& archive) const {
        if (when_written && !is_away()) throw std::domain_error("not written");
        archive(when_written, when_read_at_home, home);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(when_written, when_read_at_home, home);
        if (when_read_at_home && !is_away()) throw std::domain_error("not read");
    }
};

std::vector<fault> all_deaths() {
    std::vector<fault> all{fault::exits, fault::exits_at_once, fault::aborts, fault::kills};
    if (faults_are_recorded) all.insert(all.end(), {fault::crashes, fault::overflows});
    return all;
}
const std::vector<fault> deaths = all_deaths();

// Made in a worker at the first use there.
struct touchy {
    touchy() { strike(how); }
    int value = 5;
    static inline fault how = fault::none;
};
brood::worker_local<touchy> touchy_device;

int use_touchy(fault how) {
    touchy::how = how;
    return touchy_device->value;
}

// Strikes in a worker when it is destroyed there after a call.
struct parting {
    fault how = fault::none;
    mutable bool called = false;
    ~parting() {
        if (called) strike(how);
    }
    template <class Archive>
    void serialize(Archive& archive) {
        archive(how);
    }
};
int call_parting(const parting& one) {
    one.called = true;
    return 3;
}

// The pool does what it should, all of it.
void check_works(brood::pool& pool) {
    std::vector<brood::future<int>> all;
    for (int i = 0; i < 20; ++i) all.push_back(pool.submit(twice, i));
    for (int i = 0; i < 20; ++i) CHECK(all[static_cast<std::size_t>(i)].get() == 2 * i);
}

}  // namespace

TEST_CASE("a task whose worker dies gets worker_died, with how, and all others their results") {
    brood::pool pool({.workers = 2});
    for (const auto how : deaths) {
        std::vector<brood::future<int>> others;
        for (int i = 0; i < 10; ++i) others.push_back(pool.submit(twice, i));
        auto struck = pool.submit(strike, how);
        for (int i = 0; i < 10; ++i) others.push_back(pool.submit(twice, i));
        try {
            struck.get();
            FAIL("the task did not fail");
        } catch (const brood::worker_died& e) {
            CHECK(e.pid() > 0);
            CHECK(e.task().starts_with("task "));
            if (how == fault::exits) CHECK(e.status().code() == 7);
            if (how == fault::exits_at_once) CHECK(e.status().code() == 8);
            if (how == fault::aborts || how == fault::kills) CHECK(e.status().crashed() != (how == fault::kills));
        }
        for (std::size_t i = 0; i < others.size(); ++i) CHECK(others[i].get() == 2 * static_cast<int>(i % 10));
    }
    check_works(pool);
}

TEST_CASE("a call whose worker dies throws worker_died, with how, or is made again if it may be") {
    const temporary_folder folder;
    brood::pool pool({.workers = 1}), patient({.workers = 1, .retries = 1});
    const auto strike_once = [](fault how, const std::string& mark) {
        if (read_text(from_utf8(mark)).empty()) {
            write_text(from_utf8(mark), "struck");
            strike(how);
        }
        return 5;
    };
    for (const auto how : deaths) {
        try {
            pool.apply(strike, how);
            FAIL("the call did not fail");
        } catch (const brood::worker_died& e) {
            CHECK(e.pid() > 0);
            CHECK(e.task().starts_with("task "));
            if (how == fault::exits) CHECK(e.status().code() == 7);
        }
        CHECK(pool.apply(twice, 4) == 8);
        CHECK(patient.apply(strike_once, how, to_utf8(folder / std::to_string(static_cast<int>(how)))) == 5);
        CHECK_THROWS_AS(patient.apply(strike, how), brood::worker_died);
        CHECK(patient.apply(twice, 5) == 10);
    }
    check_works(pool);
    check_works(patient);
}

TEST_CASE("arguments that strike while they are read fail their own task alone") {
    brood::pool pool({.workers = 1});
    const auto take = [](fragile) { return 1; };
    fragile thrower;
    thrower.when_read = fault::throws;
    CHECK_THROWS_AS(pool.apply(take, thrower), brood::serialization_error);
    for (const auto how : deaths) {
        fragile killer;
        killer.when_read = how;
        CHECK_THROWS_AS(pool.apply(take, killer), brood::worker_died);
    }
    check_works(pool);
}

TEST_CASE("results that strike while they are written fail their own task alone") {
    brood::pool pool({.workers = 1});
    const auto give = [](fault how) {
        fragile value;
        value.home = 0;
        value.when_written = how;
        return value;
    };
    CHECK_THROWS_AS(pool.apply(give, fault::throws), brood::serialization_error);
    for (const auto how : deaths) CHECK_THROWS_AS(pool.apply(give, how), brood::worker_died);
    check_works(pool);
}

TEST_CASE("state of a worker that strikes while it is made fails the task that wanted it alone") {
    brood::pool pool({.workers = 1});
    CHECK_THROWS_AS(pool.apply(use_touchy, fault::throws), std::domain_error);
    CHECK(pool.apply(use_touchy, fault::none) == 5);
    for (const auto how : deaths) {
        brood::pool fresh({.workers = 1});
        CHECK_THROWS_AS(fresh.apply(use_touchy, how), brood::worker_died);
        CHECK(fresh.apply(use_touchy, fault::none) == 5);
    }
    check_works(pool);
}

// The result is on its way by then.
TEST_CASE("arguments that strike while they are destroyed harm no task") {
    brood::pool pool({.workers = 1});
    for (const auto how : deaths) {
        parting one;
        one.how = how;
        CHECK(pool.apply(call_parting, one) == 3);
        CHECK(pool.apply(twice, 2) == 4);
    }
    check_works(pool);
}

TEST_CASE("a task that runs out of memory throws std::bad_alloc" * doctest::skip(!faults_are_recorded)) {
    brood::pool pool({.workers = 1});
    const auto take_all = [](std::size_t size) { return static_cast<int>(std::vector<char>(size).size()); };
    CHECK_THROWS_AS(pool.apply(take_all, std::size_t{1} << 62), std::bad_alloc);
    check_works(pool);
}

TEST_CASE("what cannot be written here throws at the call, what cannot be read here in its future alone") {
    brood::pool pool({.workers = 1});
    stubborn bad;
    bad.when_written = true;
    CHECK_THROWS_AS(pool.submit([](stubborn) { return 1; }, bad), brood::serialization_error);
    stubborn back;
    back.when_read_at_home = true;
    back.home = brood::current_process().pid();
    // Read there without harm, it comes home.
    CHECK_THROWS_AS(pool.apply([](stubborn s) { return s; }, back), brood::serialization_error);
    check_works(pool);
}

TEST_CASE("a result within a chunk that cannot be read, or written, fails alone") {
    brood::pool pool({.workers = 2});
    std::vector<int> numbers(60);
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto home = brood::current_process().pid();
    std::vector<std::pair<int, brood::process_id>> with_home;
    for (const int n : numbers) with_home.emplace_back(n, home);
    const auto make = [](std::pair<int, brood::process_id> what) {
        if (what.first % 10 == 3) throw std::out_of_range("three");
        return std::vector<stubborn>(3, {.when_read_at_home = what.first % 10 == 7, .home = what.second});
    };
    for (const int chunk_size : {1, 20, 60}) {
        const auto got = pool.map_outcomes(make, with_home, {.chunk_size = chunk_size});
        REQUIRE(got.size() == numbers.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            CAPTURE(i);
            REQUIRE(got[i].has_value() == (i % 10 != 7 && i % 10 != 3));
            if (got[i].has_value()) CHECK(got[i]->size() == 3);
            if (i % 10 == 7) CHECK_THROWS_AS(got[i].value(), brood::serialization_error);
            if (i % 10 == 3) CHECK_THROWS_AS(got[i].value(), std::out_of_range);
        }
    }
    check_works(pool);
}

TEST_CASE("a death within a chunk loses the element that ran, and no other") {
    brood::pool pool({.workers = 2});
    std::vector<int> numbers(300);
    std::iota(numbers.begin(), numbers.end(), 0);
    for (const int chunk_size : {1, 10, 100}) {
        CAPTURE(chunk_size);
        const auto got = pool.map_outcomes(
            [](int x) {
                if (x % 100 == 87) strike(fault::kills);
                return 2 * x;
            },
            numbers, {.chunk_size = chunk_size});
        REQUIRE(got.size() == numbers.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            CAPTURE(i);
            REQUIRE(got[i].has_value() == (i % 100 != 87));
            if (got[i].has_value())
                CHECK(*got[i] == 2 * static_cast<int>(i));
            else
                CHECK_THROWS_AS(got[i].value(), brood::worker_died);
        }
    }
    check_works(pool);
}

TEST_CASE("chunks of one element run once, also when others die of theirs") {
    brood::pool pool({.workers = 2});
    const auto count = 400 * deaths.size();
    std::vector<std::tuple<std::size_t, brood::shared_array<std::atomic<int>>>> all;
    const brood::shared_array<std::atomic<int>> runs(count);
    for (std::size_t i = 0; i < count; ++i) all.emplace_back(i, runs);
    const auto got = pool.map_outcomes(
        [](const std::tuple<std::size_t, brood::shared_array<std::atomic<int>>>& what) {
            const auto& [x, ran] = what;
            ++ran[x];
            if (x % 400 == 399) strike(deaths[x / 400]);
            return x;
        },
        all, {.chunk_size = 1});
    REQUIRE(got.size() == count);
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i].has_value() == (i % 400 != 399));
        CHECK(runs[i] == 1);
    }
}

namespace {

struct slow_to_read {
    int value = 0;
    template <class Archive>
    void save(Archive& archive) const {
        archive(value);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(value);
        if (value % 500 == 250) std::this_thread::sleep_for(30ms);
    }
};

}  // namespace

// Others take half of what it has not begun again and again. If they took all, an element could go round for ever.
TEST_CASE("a worker that takes long to read its elements keeps one of them") {
    brood::pool pool({.workers = 4});
    std::vector<slow_to_read> all(5000);
    for (std::size_t i = 0; i < all.size(); ++i) all[i].value = static_cast<int>(i);
    const auto got = pool.map([](const slow_to_read& x) { return 2 * x.value; }, all, {.chunk_size = 1});
    REQUIRE(got.size() == all.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == 2 * static_cast<int>(i));
}

TEST_CASE("of chunks of one element only the late one runs into its time limit") {
    brood::pool pool({.workers = 2});
    std::vector<int> numbers(1000);
    std::iota(numbers.begin(), numbers.end(), 0);
    const auto got = pool.map_outcomes(
        [](int x) {
            if (x == 700) idle();
            return x;
        },
        numbers, {.chunk_size = 1, .task = {.timeout = 2s}});
    REQUIRE(got.size() == 1000);
    for (std::size_t i = 0; i < got.size(); ++i) {
        CAPTURE(i);
        CHECK(got[i].has_value() == (i != 700));
    }
    CHECK_THROWS_AS(got[700].value(), brood::timeout_error);
    check_works(pool);
}

TEST_CASE("retries run a task again whose worker died, and give up after so many") {
    brood::pool pool({.workers = 1, .retries = 2});
    brood::queue<int> runs;
    const auto dies_at_first = [](brood::queue<int> q, std::size_t times) {
        q.put(1);
        if (q.size() <= times) strike(fault::kills);
        return static_cast<int>(q.size());
    };
    CHECK(pool.apply(dies_at_first, runs, std::size_t{2}) == 3);
    CHECK_THROWS_AS(pool.apply(dies_at_first, runs, std::size_t{100}), brood::worker_died);
    CHECK(runs.size() == 6);
    const auto mapped = pool.map(
        [](std::pair<int, brood::queue<int>> task) {
            if (task.first == 3 && task.second.size() < 8) {
                task.second.put(1);
                strike(fault::aborts);
            }
            return task.first;
        },
        std::vector<std::pair<int, brood::queue<int>>>{{1, runs}, {2, runs}, {3, runs}, {4, runs}}, {.chunk_size = 4});
    CHECK(mapped == std::vector{1, 2, 3, 4});
}

TEST_CASE("an initializer that throws or dies fails the pool and does not start workers for ever") {
    brood::pool throws({.workers = 1, .initializer = brood::call(strike, fault::throws)});
    for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(throws.submit(twice, 1).get(), std::domain_error);
    for (const auto how : deaths) {
        brood::pool pool({.workers = 1, .initializer = brood::call(strike, how)});
        for (int i = 0; i < 2; ++i) CHECK_THROWS_AS(pool.submit(twice, 1).get(), brood::worker_died);
    }
}

TEST_CASE("workers killed at random while a map runs: every result is right and there once") {
    brood::pool pool({.workers = 2, .retries = 1000});
    std::optional<random_deaths> deaths(pool);
    std::vector<int> numbers(2000);
    std::iota(numbers.begin(), numbers.end(), 0);
    std::vector<std::vector<int>> all;
    for (const int chunk_size : {1, 20, 100})
        all.push_back(pool.map(
            [](int x) {
                const auto until = std::chrono::steady_clock::now() + 20us;
                while (std::chrono::steady_clock::now() < until) continue;
                return 2 * x;
            },
            numbers, {.chunk_size = chunk_size}));
    deaths.reset();
    for (const auto& got : all) {
        REQUIRE(got.size() == numbers.size());
        for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == 2 * static_cast<int>(i));
    }
}

TEST_CASE("workers killed at random while calls are waited for: each gives its value, or tells of a death") {
    brood::pool pool({.workers = 2});
    const random_deaths deaths(pool);
    int right = 0, died = 0;
    for (int i = 0; i < 600; ++i) {
        if (i % 4 == 0) std::this_thread::sleep_for(300us);  // workers sleep, also when they die
        try {
            if (pool.apply(twice, i) == 2 * i) ++right;
        } catch (const brood::worker_died&) {
            ++died;
        }
    }
    CHECK(right + died == 600);
    CHECK(right > 0);
    for (int i = 0; i < 100; ++i) CHECK(pool.apply(brood::task_options{.retries = 1000}, twice, i) == 2 * i);
}

TEST_CASE("a worker that waits for a task of its own dies, and the others go on") {
    brood::pool pool({.workers = 2});
    auto outer = pool.submit([] {
        auto inner = brood::current_pool().submit(twice, 1);
        strike(fault::kills);
        return inner.get();
    });
    CHECK_THROWS_AS(outer.get(), brood::worker_died);
    check_works(pool);
}

TEST_CASE("a task's pool tells it of a death in a task of its own") {
    brood::pool pool({.workers = 2});
    const bool told = pool.apply([] {
        try {
            auto inner = brood::current_pool().submit(strike, fault::kills);
            inner.get();
        } catch (const brood::worker_died&) {
            return true;
        }
        return false;
    });
    CHECK(told);
}

namespace {

const scenario leaves_with_work("pool-leaves-with-work", [](const arguments&) {
    brood::pool pool({.workers = 2});
    std::puts("begin");
    std::fflush(stdout);
    for (int i = 0; i < 20; ++i)
        static_cast<void>(pool.submit([](brood::event never) { never.wait(); }, brood::event()));
    std::exit(3);
    return 0;
});

const scenario holds_workers("pool-holds-workers", [](const arguments&) {
    brood::pool pool({.workers = 2});
    auto busy = pool.submit([](brood::event never) { never.wait(); }, brood::event());
    std::string text;
    for (const auto pid : pool.worker_pids()) text += std::to_string(pid) + " ";
    std::puts(text.c_str());
    std::fflush(stdout);
    busy.wait();
    return 0;
});

}  // namespace

TEST_CASE("a program may exit while its pool works") {
    auto run = start_scenario("pool-leaves-with-work");
    CHECK(run.wait().code() == 3);
}

TEST_CASE("the workers of a killed program are gone soon, busy or idle") {
    auto run = start_scenario("pool-holds-workers");
    std::string text;
    REQUIRE(comes_true([&] { return (text = run.output()).ends_with('\n'); }));
    std::istringstream pids(text);
    run.kill();
    run.wait();
    for (brood::process_id pid = 0; pids >> pid;) CHECK(comes_true([&] { return is_gone(pid); }));
}
