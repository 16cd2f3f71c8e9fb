// SPDX-License-Identifier: MIT
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

struct station {
    brood::mutex m;
    brood::condition_variable c;
    brood::counting_semaphore waiting{0}, tickets{0}, woken{0};
};

// A wait may end for no reason, as when a process ends: so each waiter wants a ticket.
brood::process start_waiter(const station& s) {
    return brood::spawn(
        [](station here) {
            std::unique_lock lock(here.m);
            here.waiting.release();
            here.c.wait(lock, [&] { return here.tickets.try_acquire(); });
            expect(lock.owns_lock(), "the lock is held after a wait");
            here.woken.release();
        },
        s);
}

void give_tickets(station& s, int count) {
    const std::scoped_lock lock(s.m);
    s.tickets.release(count);
}

// Once this thread has the mutex, whoever said that it waits has unlocked it, and so waits.
void wait_for_waiters(station& s, int count) {
    for (int i = 0; i < count; ++i) s.waiting.acquire();
    const std::scoped_lock lock(s.m);
}

}  // namespace

TEST_CASE("each notification wakes one that waits") {
    constexpr int children = 3;
    station s;
    std::vector<brood::process> all;
    for (int i = 0; i < children; ++i) all.push_back(start_waiter(s));
    wait_for_waiters(s, children);
    give_tickets(s, 1);
    s.c.notify_one();
    s.woken.acquire();
    CHECK(s.woken.value() == 0);
    give_tickets(s, 2);
    s.c.notify_one();
    s.c.notify_one();
    s.woken.acquire();
    s.woken.acquire();
    s.c.notify_one();
    s.c.notify_all();
    for (auto& one : all) one.join();
    for (auto& one : all) CHECK(one.exit_code() == 0);
}

TEST_CASE("notify_all wakes everybody") {
    constexpr int children = 3;
    station s;
    std::vector<brood::process> all;
    for (int i = 0; i < children; ++i) all.push_back(start_waiter(s));
    wait_for_waiters(s, children);
    give_tickets(s, children);
    s.c.notify_all();
    for (auto& one : all) one.join();
    CHECK(s.woken.value() == children);
}

TEST_CASE("waits of a condition variable end in time, with the lock") {
    station s;
    std::unique_lock lock(s.m);
    const auto begin = std::chrono::steady_clock::now();
    while (s.c.wait_for(lock, 20ms) != std::cv_status::timeout) {
    }
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    CHECK(lock.owns_lock());
    CHECK(s.c.wait_until(lock, begin) == std::cv_status::timeout);
    CHECK_FALSE(s.c.wait_for(lock, 20ms, [] { return false; }));
    CHECK(s.c.wait_for(lock, 0s, [] { return true; }));
    CHECK(s.c.wait_until(lock, begin, [] { return true; }));
    lock.unlock();
    CHECK_THROWS_AS(s.c.wait(lock), std::logic_error);
}

TEST_CASE("a predicate on a shared value is waited for across processes") {
    station s;
    auto child = brood::async(
        [](station here) {
            std::unique_lock lock(here.m);
            here.waiting.release();
            here.c.wait(lock, [&] { return here.woken.value() == 4; });
            return here.c.wait_for(lock, 60s, [&] { return here.woken.value() == 4; });
        },
        s);
    wait_for_waiters(s, 1);
    for (int i = 0; i < 4; ++i) {
        const std::scoped_lock lock(s.m);
        s.woken.release();
        s.c.notify_one();
    }
    CHECK(child.get());
}
