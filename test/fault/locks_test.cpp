// SPDX-License-Identifier: MIT
// Processes that are killed while they hold something, or wait for it: nobody waits for them for ever.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <shared_mutex>

using namespace brood_test;

namespace {

// What a child has done before it is killed.
struct stage {
    brood::counting_semaphore reached{0};
};

void kill_when_there(brood::process& child, stage& s) {
    s.reached.acquire();
    child.kill();
    child.join();
}

}  // namespace

TEST_CASE("a waiter of a mutex hears that its owner was killed, while it sleeps") {
    stage s;
    brood::mutex m;
    auto owner = brood::spawn(
        [](stage here, brood::mutex theirs) {
            theirs.lock();
            here.reached.release();
            idle();
        },
        s, m);
    s.reached.acquire();
    auto waiter = brood::async(
        [](stage here, brood::mutex theirs) {
            here.reached.release();
            try {
                theirs.lock();
            } catch (const brood::owner_died&) {
                return theirs.recover();
            }
            return false;
        },
        s, m);
    kill_when_there(owner, s);
    CHECK(waiter.get());
}

TEST_CASE("a killed reader gives back its share, a killed writer is reported") {
    stage s;
    brood::shared_mutex m;
    auto reader = brood::spawn(
        [](stage here, brood::shared_mutex theirs) {
            theirs.lock_shared();
            here.reached.release();
            idle();
        },
        s, m);
    kill_when_there(reader, s);
    m.lock();
    m.unlock();
    auto writer = brood::spawn(
        [](stage here, brood::shared_mutex theirs) {
            theirs.lock();
            here.reached.release();
            idle();
        },
        s, m);
    kill_when_there(writer, s);
    CHECK_THROWS_AS(m.lock_shared(), brood::owner_died);
    CHECK(m.recover());
    m.unlock();
    const std::shared_lock lock(m);
}

TEST_CASE("a killed waiter takes no release from the others") {
    stage s;
    brood::counting_semaphore wanted(0);
    const auto take = [](stage here, brood::counting_semaphore theirs) {
        here.reached.release();
        theirs.acquire();
    };
    for (int i = 0; i < 5; ++i) {
        auto killed = brood::spawn(take, s, wanted);
        auto living = brood::spawn(take, s, wanted);
        s.reached.acquire();
        s.reached.acquire();
        killed.kill();
        killed.join();
        wanted.release();  // one: it must reach the one that is left
        living.join();
        CHECK(living.exit_code() == 0);
        CHECK(wanted.value() == 0);
    }
}

TEST_CASE("a notification reaches others when one that waits is killed") {
    struct station {
        brood::mutex m;
        brood::condition_variable c;
        brood::event go;
    };
    stage s;
    station at;
    const auto wait = [](stage here, station there) {
        std::unique_lock lock(there.m);
        here.reached.release();
        there.c.wait(lock, [&] { return there.go.is_set(); });
    };
    auto killed = brood::spawn(wait, s, at);
    auto living = brood::spawn(wait, s, at);
    s.reached.acquire();
    s.reached.acquire();
    { const std::scoped_lock both_wait(at.m); }
    at.go.set();
    killed.kill();
    at.c.notify_one();
    at.c.notify_one();
    killed.join();
    living.join();
    CHECK(living.exit_code() == 0);
}

TEST_CASE("a barrier breaks when a party is killed before it arrives, or while it waits") {
    for (const bool arrives : {false, true}) {
        CAPTURE(arrives);
        stage s;
        brood::barrier b(3);
        auto party = brood::spawn(
            [](stage here, brood::barrier theirs, bool waits) {
                here.reached.release();
                if (waits) theirs.arrive_and_wait();
                idle();
            },
            s, b, arrives);
        auto other = brood::async(
            [](brood::barrier theirs) {
                try {
                    theirs.arrive_and_wait();
                } catch (const brood::broken_barrier&) {
                    return true;
                }
                return false;
            },
            b);
        CHECK(comes_true([&] { return b.n_waiting() == (arrives ? 2U : 1U); }));
        kill_when_there(party, s);
        CHECK(other.get());
        CHECK(b.is_broken());
        b.reset();
        CHECK_FALSE(b.is_broken());
    }
}
