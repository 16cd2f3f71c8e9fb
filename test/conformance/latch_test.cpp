// SPDX-License-Identifier: MIT
#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <vector>

using namespace std::chrono_literals;

TEST_CASE("a latch opens when as many as expected have counted it down") {
    brood::latch l(3);
    CHECK_FALSE(l.try_wait());
    CHECK_FALSE(l.wait_for(1ms));
    std::vector<brood::process> children;
    for (int i = 0; i < 2; ++i)
        children.push_back(brood::spawn([](brood::latch theirs) { theirs.arrive_and_wait(); }, l));
    l.count_down();
    l.wait();
    CHECK(l.try_wait());
    CHECK(l.wait_until(std::chrono::steady_clock::time_point::min()));
    for (auto& child : children) child.join();
    CHECK_THROWS_AS(l.count_down(), std::logic_error);
    l.count_down(0);
    CHECK(brood::latch(0).try_wait());
    CHECK_THROWS_AS(brood::latch(2).count_down(3), std::logic_error);
    CHECK_THROWS_AS(brood::latch(-1), std::invalid_argument);
}
