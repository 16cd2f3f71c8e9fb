// SPDX-License-Identifier: MIT
// Processes that use all kinds of shared objects at once are killed at random instants, one after another, for a few
// seconds or as many as BROOD_TEST_CHAOS_SECONDS says. Whatever was held then, at the end every object works and all
// memory is there.
#include "scenario.hpp"
#include "session_room.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/containers.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <mutex>
#include <new>
#include <random>
#include <shared_mutex>
#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

struct playground {
    brood::mutex mutex;
    brood::recursive_mutex recursive;
    brood::shared_mutex shared;
    brood::counting_semaphore semaphore{3};
    brood::bounded_semaphore bounded{2};
    brood::event event;
    brood::barrier barrier{2};
    brood::mutex of_condition;
    brood::condition_variable condition;
    brood::shared_array<int> pair = brood::shared_array<int>(2);  // equal, under `mutex`, unless an owner died
    brood::shared_value<brood::vector<int>> numbers;
    brood::shared_value<brood::map<int, brood::string>> texts;
};

// Holds the mutex, whatever became of the one who held it before. True when that one died.
template <class Mutex>
bool lock_anyhow(Mutex& mutex) {
    try {
        mutex.lock();
        return false;
    } catch (const brood::owner_died&) {
        return mutex.recover();  // false when another was quicker
    }
}

template <class T, class Use>
void use_anyhow(const brood::shared_value<T>& value, Use use) {
    try {
        value.with(use);
    } catch (const brood::owner_died&) {
        value.recover_anew();
    }
}

void use_mutex(playground& at) {
    if (lock_anyhow(at.mutex)) at.pair[1] = at.pair[0];
    const std::unique_lock lock(at.mutex, std::adopt_lock);
    expect(at.pair[0] == at.pair[1], "a whole change under a mutex");
    ++at.pair[0];
    ++at.pair[1];
}

void use_recursive(playground& at) {
    lock_anyhow(at.recursive);
    const std::unique_lock lock(at.recursive, std::adopt_lock);
    const std::scoped_lock again(at.recursive);
}

void use_shared(playground& at, bool write) {
    try {
        if (write) {
            const std::unique_lock lock(at.shared);
        } else {
            const std::shared_lock lock(at.shared);
        }
    } catch (const brood::owner_died&) {
        at.shared.recover();
        at.shared.unlock();
    }
}

void use_counters(playground& at) {
    if (at.semaphore.try_acquire_for(1ms)) at.semaphore.release();
    if (at.bounded.try_acquire_for(1ms)) at.bounded.release();
    at.event.set();
    at.event.wait_for(1ms);
    at.event.clear();
}

void use_barrier(playground& at) {
    try {
        static_cast<void>(at.barrier.arrive_and_wait_for(2ms));
    } catch (const brood::broken_barrier&) {
        at.barrier.reset();
    }
}

void use_condition(playground& at) {
    lock_anyhow(at.of_condition);
    std::unique_lock lock(at.of_condition, std::adopt_lock);
    try {
        at.condition.wait_for(lock, 1ms);
    } catch (const brood::owner_died&) {
        return;  // not held; the next one recovers it
    }
    at.condition.notify_all();
}

void use_containers(playground& at, int i) {
    use_anyhow(at.numbers, [&](auto& all) {
        all.push_back(i);
        if (all.size() > 5000) all.clear();
    });
    use_anyhow(at.texts, [&](auto& all) {
        all[i % 50] = brood::string("a text that is too long to lie within the object");
        if (i % 3 == 0) all.erase(i % 49);
    });
}

void use_memory(int i) {
    std::vector<brood::event> events(static_cast<std::size_t>(i % 20));
    const brood::shared_array<char> array(static_cast<std::size_t>(1 + i % 30'000));
}

void play(playground at, unsigned seed) {
    std::mt19937 random(seed);
    for (int i = 0;; ++i) {
        switch (random() % 8) {
            case 0: use_mutex(at); break;
            case 1: use_recursive(at); break;
            case 2: use_shared(at, random() % 2 == 0); break;
            case 3: use_counters(at); break;
            case 4: use_barrier(at); break;
            case 5: use_condition(at); break;
            case 6: use_containers(at, i); break;
            default: use_memory(i);
        }
    }
}

void kill_at_random(playground& at, std::chrono::milliseconds how_long, unsigned seed) {
    std::mt19937 random(seed);
    std::vector<brood::process> players;
    for (unsigned i = 0; i < 4; ++i) players.push_back(brood::spawn(play, at, static_cast<unsigned>(random())));
    const auto until = std::chrono::steady_clock::now() + how_long;
    while (std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));  // any instruction will do
        auto& victim = players[random() % players.size()];
        expect(victim.is_alive(), "a player that finds everything as it should be");
        victim.kill();
        victim.join();
        victim = brood::spawn(play, at, static_cast<unsigned>(random()));
    }
    for (auto& one : players) expect(one.is_alive(), "a player that finds everything as it should be");
    for (auto& one : players) one.kill();
    for (auto& one : players) one.join();
}

// Each object does what it is for.
void check_all(playground& at) {
    use_mutex(at);
    use_recursive(at);
    use_shared(at, true);
    use_shared(at, false);
    const std::shared_lock reading(at.shared);
    at.semaphore.release();
    at.semaphore.acquire();
    while (at.bounded.value() < at.bounded.max()) at.bounded.release();  // permits of the dead are not given back
    at.bounded.acquire();
    at.bounded.release();
    at.event.set();
    at.event.wait();
    at.barrier.reset();
    auto other = brood::spawn([](brood::barrier theirs) { theirs.arrive_and_wait(); }, at.barrier);
    at.barrier.arrive_and_wait();
    other.join();
    use_condition(at);
    use_containers(at, 1);
    use_anyhow(at.numbers, [](auto& all) {
        all.clear();
        all.shrink_to_fit();
    });
    use_anyhow(at.texts, [](auto& all) { all.clear(); });
}

const scenario chaos("chaos", [](const arguments& given) {
    const auto how_long = std::chrono::milliseconds(std::stol(given.at(0)));
    playground at;
    kill_at_random(at, 300ms, 1);  // what is made once and stays is made before the count
    check_all(at);
    const std::size_t before = room_in_session();
    kill_at_random(at, how_long, static_cast<unsigned>(std::stoul(given.at(1))));
    check_all(at);
    const std::size_t after = room_in_session();
    // Spans for small blocks may lie in other places than before.
    expect(before > 10 && after + 3 >= before,
           "room as before: " + std::to_string(after) + " of " + std::to_string(before));
    return 0;
});

}  // namespace

TEST_CASE("whatever processes are killed at, all shared objects work afterwards and no memory is lost") {
    const char* seconds = std::getenv("BROOD_TEST_CHAOS_SECONDS");
    const long milliseconds = seconds == nullptr ? 3000 : 1000 * std::strtol(seconds, nullptr, 10);
    const unsigned seed = std::random_device()();
    CAPTURE(seed);
    auto run = start_scenario("chaos", {std::to_string(milliseconds), std::to_string(seed)},
                              {.environment = {{"BROOD_ARENA_SIZE", "16777216"}}});
    const bool success = run.wait().success();
    INFO(run.errors());
    CHECK(success);
}
