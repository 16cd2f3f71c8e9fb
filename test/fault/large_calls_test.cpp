// SPDX-License-Identifier: MIT
// Large arguments and results of calls, which are read while they are written: the writer dies, stays, or is stopped in
// the middle, and so does the reader.
#include "folder.hpp"
#include "forbidden.hpp"
#include "random_deaths.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <future>
#include <new>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

using numbers = std::vector<std::uint64_t>;
constexpr std::size_t many = std::size_t{1} << 20;  // 8 MiB of them

numbers count_from(std::uint64_t first) {
    numbers all(many);
    std::iota(all.begin(), all.end(), first);
    return all;
}
numbers same_numbers(numbers all) { return all; }
int doubled(int x) { return 2 * x; }

// Whoever copies it does not get beyond its middle.
numbers half_forbidden() {
    numbers all(many, 1);
    forbid(all.data() + many / 2, many / 4 * sizeof all[0]);
    return all;
}
// With what is there of it before.
std::pair<numbers, numbers> whole_and_half() { return {count_from(1), half_forbidden()}; }

void check_still_works(brood::pool& pool) {
    CHECK(pool.apply(doubled, 4) == 8);
    CHECK(pool.apply(same_numbers, count_from(3)) == count_from(3));
}

// A value that goes on although it was not read whole.
struct careless {
    numbers all;
    template <class Archive>
    void save(Archive& archive) const {
        archive(all);
    }
    template <class Archive>
    void load(Archive& archive) {
        try {
            archive(all);
        } catch (const std::exception&) {
            all.assign(3, 7);
        }
    }
};

// What the caller's process does when it has read the first part of a result.
std::function<void()> between_parts;
struct in_two_parts {
    numbers first, second;
    template <class Archive>
    void save(Archive& archive) const {
        archive(first, second);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(first);
        if (between_parts) std::exchange(between_parts, nullptr)();
        archive(second);
    }
};

// The worker writes the first part, and stays within the second.
in_two_parts stay_in_second() {
    stay_where_forbidden();
    return {count_from(1), half_forbidden()};
}

// Else nothing is read before it is whole.
const bool read_while_written = brood::cpu_count() > 1;

template <class Call>
auto in_thread(Call call) {
    return std::async(std::launch::async, std::move(call));
}

}  // namespace

TEST_CASE("a worker that dies while it writes a large result: worker_died, or the call is made again" *
          doctest::skip(!faults_are_recorded)) {
    const temporary_folder folder;
    brood::pool pool({.workers = 1}), patient({.workers = 1, .retries = 1});
    for (int i = 0; i < 3; ++i) {
        try {
            static_cast<void>(pool.apply(half_forbidden));
            FAIL("the call did not fail");
        } catch (const brood::worker_died& e) {
            CHECK(e.pid() > 0);
            CHECK(e.task().starts_with("task "));
            CHECK(e.status().crashed());
        }
        CHECK_THROWS_AS(pool.apply(whole_and_half), brood::worker_died);
        CHECK_THROWS_AS(pool.apply([](const numbers&) { return half_forbidden(); }, count_from(1)), brood::worker_died);
        check_still_works(pool);

        CHECK_THROWS_AS(patient.apply(half_forbidden), brood::worker_died);
        const auto die_once = [](std::uint64_t first, const std::string& mark) {
            if (!read_text(from_utf8(mark)).empty()) return std::pair(count_from(first), count_from(first + 1));
            write_text(from_utf8(mark), "died");
            return whole_and_half();
        };
        const auto mark = to_utf8(folder / std::to_string(i));
        CHECK(patient.apply(die_once, 5U, mark) == std::pair(count_from(5), count_from(6)));
        check_still_works(patient);
    }
}

TEST_CASE("a value that takes no notice of what it could not read does not hide that a worker died" *
          doctest::skip(!faults_are_recorded)) {
    brood::pool pool({.workers = 1});
    CHECK_THROWS_AS(pool.apply([] { return careless{half_forbidden()}; }), brood::worker_died);
    CHECK(pool.apply([] { return careless{count_from(2)}; }).all == count_from(2));
    check_still_works(pool);
}

TEST_CASE("a worker that is killed while it writes a large result that is being read" *
          doctest::skip(!read_while_written)) {
    brood::pool pool({.workers = 1});
    for (int i = 0; i < 3; ++i) {
        between_parts = [&] { kill_process(pool.worker_pids().at(0)); };
        CHECK_THROWS_AS(pool.apply(stay_in_second), brood::worker_died);
        CHECK_FALSE(between_parts);
        check_still_works(pool);
    }
}

TEST_CASE("a worker that is killed at any moment after it began to write: the result is there, or worker_died") {
    brood::pool pool({.workers = 1});
    for (int i = 0; i < 20; ++i) {
        between_parts = [&, i] {
            std::this_thread::sleep_for(std::chrono::microseconds(200 * i));
            kill_process(pool.worker_pids().at(0));
        };
        try {
            const auto got = pool.apply([] { return in_two_parts{count_from(1), count_from(2)}; });
            CHECK((got.first == count_from(1) && got.second == count_from(2)));
        } catch (const brood::worker_died&) {
            CHECK(true);
        }
        between_parts = nullptr;
        check_still_works(pool);
    }
}

TEST_CASE("a time limit, and the end of the pool, end a call whose result stays away in its middle" *
          doctest::skip(!read_while_written)) {
    brood::pool pool({.workers = 1});
    CHECK_THROWS_AS(pool.apply({.timeout = 200ms}, stay_in_second), brood::timeout_error);
    check_still_works(pool);
    std::promise<void> reading;
    between_parts = [&] { reading.set_value(); };
    auto call = in_thread([&] { return pool.apply(stay_in_second); });
    reading.get_future().wait();
    pool.terminate();
    CHECK_THROWS_AS(call.get(), brood::cancelled);
}

TEST_CASE("a value that throws while it is read leaves the pool as it was") {
    brood::pool pool({.workers = 1});
    between_parts = [] { throw std::domain_error("enough"); };
    CHECK_THROWS_AS(pool.apply([] { return in_two_parts{count_from(1), count_from(2)}; }), brood::serialization_error);
    check_still_works(pool);
    between_parts = [&] { CHECK(pool.submit(doubled, 5).get() == 10); };
    CHECK(pool.apply([] { return in_two_parts{count_from(1), count_from(2)}; }).second == count_from(2));
}

namespace {

// Ends its process, another than the caller's, when it has read the first part.
struct deadly {
    numbers first, second;
    brood::process_id home = brood::current_process().pid();
    template <class Archive>
    void save(Archive& archive) const {
        archive(home, first, second);
    }
    template <class Archive>
    void load(Archive& archive) {
        archive(home, first);
        if (home != brood::current_process().pid()) kill_process(brood::current_process().pid());
        archive(second);
    }
};

}  // namespace

TEST_CASE("a worker that dies while it reads large arguments that are being written") {
    brood::pool pool({.workers = 1}), patient({.workers = 1, .retries = 2});
    const auto sum = [](const deadly& all) { return all.first.size() + all.second.size(); };
    for (int i = 0; i < 3; ++i) {
        CHECK_THROWS_AS(pool.apply(sum, deadly{count_from(1), count_from(2)}), brood::worker_died);
        CHECK_THROWS_AS(patient.apply(sum, deadly{count_from(1), count_from(2)}), brood::worker_died);
        auto later = pool.submit(sum, deadly{count_from(1), count_from(2)});
        CHECK_THROWS_AS(later.get(), brood::worker_died);
        check_still_works(pool);
        check_still_works(patient);
    }
}

TEST_CASE("workers killed at random under large calls of several threads: every result is right") {
    brood::pool pool({.workers = 2, .retries = 1000});
    std::optional<random_deaths> deaths(std::in_place, pool, 20ms);
    const auto call_often = [&](std::uint64_t first) {
        int right = 0;
        for (std::uint64_t i = first; i < first + 40; ++i)
            if (pool.apply(same_numbers, count_from(i)) == count_from(i)) ++right;
        return right;
    };
    auto others = in_thread([&] { return call_often(1000); });
    CHECK(call_often(1) == 40);
    CHECK(others.get() == 40);
    deaths.reset();
    check_still_works(pool);
}

namespace {

const scenario without_room("large-calls-without-room", [](const arguments&) {
    brood::pool pool({.workers = 1});
    const auto fails = [](auto call) {
        try {
            call();
        } catch (const std::bad_alloc&) {
            return true;
        }
        return false;
    };
    constexpr std::size_t too_many = 8 * many;
    for (int i = 0; i < 3; ++i) {
        expect(fails([&] { pool.apply([](const numbers& all) { return all.size(); }, numbers(too_many)); }),
               "no room for arguments");
        expect(fails([&] { static_cast<void>(pool.apply([] { return numbers(too_many); })); }), "no room for a result");
        expect(pool.apply([](std::size_t n) { return numbers(n, 3); }, many / 4) == numbers(many / 4, 3), "room");
    }
    return 0;
});

// Its only call stays in its arguments, or in its result; the caller's process is then killed.
const scenario stays("large-call-that-stays", [](const arguments& given) {
    brood::pool pool({.workers = 1});
    std::printf("%s\n", std::to_string(pool.worker_pids().at(0)).c_str());
    std::fflush(stdout);
    if (given.at(0) == "result") {
        static_cast<void>(pool.apply(stay_in_second));
    } else {
        stay_where_forbidden();
        static_cast<void>(pool.apply(same_numbers, half_forbidden()));
    }
    return 0;
});

}  // namespace

TEST_CASE("a session without room for large arguments or results throws std::bad_alloc, and goes on") {
    auto run = start_scenario("large-calls-without-room", {}, small_session());
    const auto status = run.wait();
    CHECK(status.success());
    if (!status.success()) MESSAGE(run.errors());
}

TEST_CASE("a killed program leaves no worker that waits for the rest of a value, or writes one") {
    for (const std::string where : {"arguments", "result"}) {
        CAPTURE(where);
        auto run = start_scenario("large-call-that-stays", {where});
        std::string text;
        REQUIRE(comes_true([&] { return (text = run.output()).ends_with('\n'); }));
        std::this_thread::sleep_for(50ms);
        run.kill();
        run.wait();
        const auto worker = static_cast<brood::process_id>(std::stoll(text));
        CHECK(comes_true([&] { return is_gone(worker); }));
    }
}
