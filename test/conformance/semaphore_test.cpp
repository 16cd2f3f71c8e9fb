// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

TEST_CASE("a semaphore counts down to zero and up again, beyond where it began") {
    brood::counting_semaphore s(2);
    s.acquire();
    CHECK(s.try_acquire());
    CHECK(s.value() == 0);
    CHECK_FALSE(s.try_acquire());
    s.release();
    s.release(3);
    CHECK(s.value() == 4);
    CHECK_THROWS_AS(s.release(-1), std::logic_error);
    CHECK_THROWS_AS(s.release(s.max()), std::logic_error);
    CHECK(s.value() == 4);
    CHECK_THROWS_AS(brood::counting_semaphore(-1), std::invalid_argument);
}

TEST_CASE("a bounded semaphore is not released beyond its maximum") {
    brood::bounded_semaphore b(2);
    CHECK_THROWS_AS(b.release(), std::logic_error);
    b.acquire();
    b.release();
    CHECK_THROWS_AS(b.release(), std::logic_error);
    CHECK(b.value() == 2);
    CHECK(b.max() == 2);
}

TEST_CASE("an acquire that nobody helps ends not before its time") {
    brood::counting_semaphore s(0);
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(s.try_acquire_for(20ms));
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK_FALSE(s.try_acquire_until(begin));
    CHECK_FALSE(s.try_acquire_for(-1h));
}

TEST_CASE("a child waits until the parent releases") {
    brood::counting_semaphore ready(0), go(0);
    auto result = brood::async(
        [](brood::counting_semaphore up, brood::counting_semaphore down) {
            up.release();
            down.acquire();
            return down.try_acquire_for(std::chrono::hours(100'000'000));
        },
        ready, go);
    ready.acquire();
    go.release(2);
    CHECK(result.get());
    CHECK(go.value() == 0);
}

namespace {

struct tools {
    std::vector<brood::bounded_semaphore> seats;
    std::map<std::string, brood::counting_semaphore> named;
};

}  // namespace

TEST_CASE("semaphores cross in structs and containers, and back") {
    tools all{{brood::bounded_semaphore(1), brood::bounded_semaphore(2)}, {}};
    all.named.emplace("one", brood::counting_semaphore(5));
    const auto back = brood::async(
                          [](tools theirs) {
                              theirs.seats[1].acquire();
                              theirs.named.at("one").acquire();
                              return theirs;
                          },
                          all)
                          .get();
    CHECK(all.seats[1].value() == 1);
    CHECK(all.named.at("one").value() == 4);
    CHECK(back.seats[1] == all.seats[1]);
    CHECK(back.named.at("one") == all.named.at("one"));
}
