// SPDX-License-Identifier: MIT
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <numeric>
#include <set>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

constexpr int parties = 4;  // the parent is one

std::vector<std::size_t> pass(brood::barrier b, int times) {
    std::vector<std::size_t> places;
    for (int i = 0; i < times; ++i) places.push_back(b.arrive_and_wait());
    return places;
}

bool meets_broken(brood::barrier b) {
    try {
        b.arrive_and_wait();
    } catch (const brood::broken_barrier&) {
        return true;
    }
    return false;
}

bool all_are_waiting(const brood::barrier& b, std::size_t count) {
    return comes_true([&] { return b.n_waiting() == count; });
}

}  // namespace

TEST_CASE("a barrier holds everybody until all have come, again and again, and each has another place") {
    constexpr int times = 50;
    brood::barrier b(parties);
    std::vector<brood::future<std::vector<std::size_t>>> children;
    for (int i = 1; i < parties; ++i) children.push_back(brood::async(pass, b, times));
    std::vector<std::vector<std::size_t>> places{pass(b, times)};
    for (auto& child : children) places.push_back(child.get());
    for (int i = 0; i < times; ++i) {
        std::set<std::size_t> of_one_time;
        for (const auto& one : places) of_one_time.insert(one[static_cast<std::size_t>(i)]);
        CHECK(of_one_time.size() == parties);
        CHECK(*of_one_time.rbegin() == parties - 1);
    }
    CHECK(b.n_waiting() == 0);
    CHECK_FALSE(b.is_broken());
    CHECK(b.parties() == parties);
}

TEST_CASE("nobody passes a barrier before the last one has done its part") {
    constexpr int times = 20;
    brood::barrier b(parties);
    brood::counting_semaphore arrivals(0);
    const auto work = [](brood::barrier theirs, brood::counting_semaphore count) {
        for (int i = 1; i <= times; ++i) {
            count.release();
            theirs.arrive_and_wait();
            expect(count.value() >= i * parties, "all have come");
            theirs.arrive_and_wait();
        }
    };
    std::vector<brood::process> children;
    for (int i = 0; i < parties; ++i) children.push_back(brood::spawn(work, b, arrivals));
    for (auto& child : children) child.join();
    for (auto& child : children) CHECK(child.exit_code() == 0);
    CHECK(arrivals.value() == times * parties);
}

TEST_CASE("abort() breaks a barrier for who waits and who comes, and reset() restores it") {
    brood::barrier b(3);
    auto first = brood::async(meets_broken, b), second = brood::async(meets_broken, b);
    REQUIRE(all_are_waiting(b, 2));
    b.abort();
    CHECK(first.get());
    CHECK(second.get());
    CHECK(b.is_broken());
    CHECK(b.n_waiting() == 0);
    CHECK_THROWS_AS(b.arrive_and_wait(), brood::broken_barrier);
    CHECK_THROWS_AS(b.arrive_and_wait_for(1s), brood::broken_barrier);
    b.reset();
    CHECK_FALSE(b.is_broken());
    auto third = brood::async(pass, b, 1), fourth = brood::async(pass, b, 1);
    CHECK(b.arrive_and_wait() + third.get()[0] + fourth.get()[0] == 3);
}

TEST_CASE("reset() sends away who waits, and the barrier goes on as new") {
    brood::barrier b(2);
    auto child = brood::async(
        [](brood::barrier theirs) {
            const bool sent_away = meets_broken(theirs);
            theirs.arrive_and_wait();
            return sent_away;
        },
        b);
    REQUIRE(all_are_waiting(b, 1));
    b.reset();
    CHECK_FALSE(b.is_broken());
    b.arrive_and_wait();
    CHECK(child.get());
}

TEST_CASE("a wait at a barrier that runs out of time breaks it for all") {
    brood::barrier b(3);
    auto child = brood::async(meets_broken, b);
    REQUIRE(all_are_waiting(b, 1));
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(b.arrive_and_wait_for(20ms));
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(child.get());
    CHECK(b.is_broken());
}

TEST_CASE("a barrier of one is no obstacle, one of none is refused") {
    brood::barrier b(1);
    for (int i = 0; i < 3; ++i) CHECK(b.arrive_and_wait() == 0);
    CHECK(b.arrive_and_wait_for(0s) == 0);
    CHECK_THROWS_AS(brood::barrier(0), std::invalid_argument);
}
