// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <array>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

struct position {
    double x = 0, y = 0;
    std::array<int, 4> history{};
};

struct record {
    std::string name;
    brood::shared_value<int> counter;
    std::map<int, brood::shared_value<int>> more;
    std::optional<brood::shared_array<double>> values;
};

void add(brood::shared_value<long> sum, int times) {
    for (int i = 0; i < times; ++i) ++*sum.lock();
}

}  // namespace

TEST_CASE("a shared value that a child changes is changed here") {
    const brood::shared_value<int> value(3);
    brood::async([](brood::shared_value<int> theirs) { *theirs.lock() += 4; }, value).get();
    CHECK(value.load() == 7);
}

TEST_CASE("a shared value begins as the type's own value") {
    CHECK(brood::shared_value<int>().load() == 0);
    CHECK(brood::shared_value<position>().load().x == 0);
    CHECK(brood::shared_value<position>(std::in_place, 1.5, 2.5).load().y == 2.5);
}

TEST_CASE("a struct is changed member by member under the lock") {
    const brood::shared_value<position> value;
    brood::async(
        [](brood::shared_value<position> theirs) {
            auto guard = theirs.lock();
            guard->x = 1;
            guard->history[3] = 9;
        },
        value)
        .get();
    CHECK(value.with([](position& p) { return p.x + p.history[3]; }) == 10);
    value.store({5, 6, {}});
    CHECK(brood::async([](brood::shared_value<position> theirs) { return theirs.load().y; }, value).get() == 6);
}

TEST_CASE("a shared value that a child made and returned lives on") {
    const auto value = brood::async([] { return brood::shared_value<int>(11); }).get();
    CHECK(value.load() == 11);
    value.store(12);
    CHECK(brood::async([](brood::shared_value<int> theirs) { return theirs.load(); }, value).get() == 12);
}

TEST_CASE("shared data crosses within structs and containers, there and back") {
    record given{"r", brood::shared_value<int>(1), {}, brood::shared_array<double>(3)};
    given.more.emplace(4, brood::shared_value<int>(2));
    const auto back = brood::async(
                          [](record theirs) {
                              theirs.counter.store(10);
                              theirs.more.at(4).store(20);
                              (*theirs.values)[2] = 2.5;
                              theirs.name += "!";
                              return theirs;
                          },
                          given)
                          .get();
    CHECK(given.counter.load() == 10);
    CHECK(given.more.at(4).load() == 20);
    CHECK((*given.values)[2] == 2.5);
    back.counter.store(11);
    CHECK(given.counter.load() == 11);
    CHECK(back.name == "r!");
}

TEST_CASE("no increment of several processes and threads is lost") {
    const brood::shared_value<long> sum;
    std::vector<brood::process> children;
    for (int i = 0; i < 3; ++i) children.push_back(brood::spawn(add, sum, 2000));
    add(sum, 2000);
    for (auto& child : children) child.join();
    CHECK(sum.load() == 8000);
}

TEST_CASE("who cannot have the lock of a shared value in time gets nothing") {
    const brood::shared_value<int> value;
    {
        const auto guard = value.lock();
        CHECK(brood::async(
                  [](brood::shared_value<int> theirs) {
                      return !theirs.try_lock() && !theirs.try_lock_for(1ms) &&
                             !theirs.try_lock_until(std::chrono::steady_clock::now());
                  },
                  value)
                  .get());
    }
    CHECK(value.try_lock().has_value());
    CHECK(value.try_lock_for(1s).has_value());
}

TEST_CASE("an exception in with() unlocks") {
    const brood::shared_value<int> value;
    CHECK_THROWS_AS(value.with([](int&) { throw 5; }), int);
    CHECK(value.try_lock().has_value());
}

TEST_CASE("whoever locks a shared value after its owner died is told so, and recover() gives what was left") {
    const brood::shared_value<int> value(1);
    auto child = brood::spawn(
        [](brood::shared_value<int> theirs) {
            const auto guard = theirs.lock();
            *guard = 2;
            std::_Exit(3);
        },
        value);
    child.join();
    CHECK_THROWS_AS(value.lock(), brood::owner_died);
    CHECK_THROWS_AS(value.try_lock(), brood::owner_died);
    CHECK_THROWS_AS(value.load(), brood::owner_died);
    CHECK_THROWS_AS(value.store(1), brood::owner_died);
    {
        const auto guard = value.recover();
        CHECK(guard.recovered());
        CHECK(*guard == 2);
    }
    CHECK_FALSE(value.recover().recovered());
    CHECK(value.load() == 2);
}

TEST_CASE("a value that is made anew after its owner's death forgets what was left") {
    const brood::shared_value<int> value(1);
    brood::spawn(
        [](brood::shared_value<int> theirs) {
            const auto guard = theirs.lock();
            std::_Exit(3);
        },
        value)
        .join();
    CHECK(*value.recover_anew() == 0);
    value.store(5);
    CHECK(*value.recover_anew() == 5);
}

TEST_CASE("a guard keeps the value, and moves") {
    std::optional<brood::shared_value<int>> value(std::in_place, 3);
    auto guard = value->lock();
    const auto copy = *value;
    value.reset();
    auto moved = std::move(guard);
    *moved = 4;
    CHECK_FALSE(copy.try_lock().has_value());
    guard = std::move(moved);
    CHECK(*guard == 4);
}
