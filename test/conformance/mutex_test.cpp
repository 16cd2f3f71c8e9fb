// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>

using namespace brood_test;
using namespace std::chrono_literals;

TEST_CASE("a mutex excludes processes from each other") {
    brood::mutex m;
    const std::scoped_lock lock(m);
    CHECK_FALSE(brood::async([](brood::mutex other) { return other.try_lock(); }, m).get());
}

TEST_CASE("a mutex that a child made and returned is the same mutex") {
    auto m = brood::async([] {
                 brood::mutex made;
                 return made;
             }).get();
    CHECK(m.try_lock());
    CHECK_FALSE(brood::async([](brood::mutex other) { return other.try_lock_for(1ms); }, m).get());
    m.unlock();
    CHECK(brood::async([](brood::mutex other) { return other.try_lock(); }, m).get());
}

TEST_CASE("whoever locks a mutex after its owner died is told so, and recover() takes it") {
    brood::mutex m;
    auto child = brood::spawn(
        [](brood::mutex theirs) {
            theirs.lock();
            std::_Exit(3);
        },
        m);
    CHECK_THROWS_AS(([&] {
                        for (;;) {
                            m.lock();
                            m.unlock();
                        }
                    }()),
                    brood::owner_died);
    CHECK_THROWS_AS(m.try_lock(), brood::owner_died);
    CHECK_THROWS_AS(m.try_lock_for(1s), brood::owner_died);
    CHECK(m.recover());
    CHECK_THROWS_AS(brood::mutex().unlock(), std::logic_error);
    m.unlock();
    CHECK(m.try_lock());
    child.join();
}
