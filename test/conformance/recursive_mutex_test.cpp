// SPDX-License-Identifier: MIT
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <thread>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

bool others_can_lock(const brood::recursive_mutex& m) {
    return brood::async(
               [](brood::recursive_mutex theirs) {
                   if (!theirs.try_lock()) return theirs.try_lock_for(1ms);
                   theirs.unlock();
                   return true;
               },
               m)
        .get();
}

}  // namespace

TEST_CASE("a recursive mutex is free for others after as many unlocks as locks") {
    brood::recursive_mutex m;
    m.lock();
    CHECK(m.try_lock());
    CHECK(m.try_lock_for(1ms));
    for (int left = 3; left > 0; --left) {
        CHECK(m.is_locked());
        if (left == 1) CHECK_FALSE(others_can_lock(m));
        m.unlock();
    }
    CHECK_FALSE(m.is_locked());
    CHECK(others_can_lock(m));
    CHECK_THROWS_AS(m.unlock(), std::logic_error);
}

TEST_CASE("another thread of the process neither gets nor unlocks a recursive mutex") {
    brood::recursive_mutex m;
    const std::scoped_lock lock(m);
    std::thread([&] {
        CHECK_FALSE(m.try_lock());
        CHECK_THROWS_AS(m.unlock(), std::logic_error);
    }).join();
}

TEST_CASE("a recursive mutex whose owner died is recovered with depth one") {
    brood::recursive_mutex m;
    auto child = brood::spawn(
        [](brood::recursive_mutex theirs) {
            theirs.lock();
            theirs.lock();
            std::_Exit(3);
        },
        m);
    child.join();
    CHECK_THROWS_AS(m.lock(), brood::owner_died);
    CHECK_THROWS_AS(m.try_lock(), brood::owner_died);
    CHECK(m.recover());
    CHECK_FALSE(m.recover());
    m.unlock();
    CHECK(m.is_locked());
    m.unlock();
    CHECK(others_can_lock(m));
}
