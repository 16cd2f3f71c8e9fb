// SPDX-License-Identifier: MIT
// A process is killed after any number of instructions within one put, get, or end of a queue or pipe: every value is
// there once and whole, or was taken; others go on; and no memory is lost.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/session.hpp"
#include "stepping_posix.hpp"

#include <brood/event.hpp>
#include <brood/pipe.hpp>
#include <brood/queue.hpp>

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace brood::arena;
using namespace brood_test;

namespace {

class memory_returns {
public:
    memory_returns() {
        static_cast<void>(make_object(kind::bytes, 100, [](void*) {}));
        before_ = memory_in_use();
    }
    ~memory_returns() {
        CHECK(memory_in_use().blocks == before_.blocks);
        CHECK(memory_in_use().bytes == before_.bytes);
    }

private:
    usage before_{};
};

// A child puts one more value behind some; then they are all taken out again.
template <class T>
void kill_in_put(long stride, const T& value, int others) {
    const memory_returns check;
    brood::queue<T> q;
    long with = 0, without = 0;
    const auto refill = [&] {
        for (int i = 0; i < others; ++i) q.put(value);
    };
    refill();
    kill_everywhere(
        stride, [&] { q.put(value); },
        [&] {
            const auto there = static_cast<int>(q.size());
            REQUIRE((there == others || there == others + 1));
            ++(there == others ? without : with);
            q.put(value);
            for (int i = 0; i <= there; ++i) REQUIRE((q.get() == value));
            REQUIRE(q.empty());
            refill();
        });
    CHECK(with > 0);
    CHECK(without > 0);
}

template <class T>
void kill_in_get(long stride, const T& value, int others) {
    const memory_returns check;
    brood::queue<T> q;
    const auto refill = [&] {
        while (static_cast<int>(q.size()) <= others) q.put(value);
    };
    refill();
    kill_everywhere(
        stride, [&] { q.get(); },
        [&] {
            const auto there = static_cast<int>(q.size());
            REQUIRE((there == others || there == others + 1));
            for (int i = 0; i < there; ++i) REQUIRE((q.get() == value));
            REQUIRE_FALSE(q.try_get());
            refill();
        });
}

}  // namespace

TEST_CASE("a process that is killed while it puts a number has put it or not" * doctest::skip(too_many_instructions)) {
    kill_in_put(1, 7, 3);
    kill_in_put(3, 7, 0);
    kill_in_put(3, 7, 223);  // the ring is full: another one is added
}

TEST_CASE("a process that is killed while it puts a text has put it or not" * doctest::skip(too_many_instructions)) {
    kill_in_put(11, std::string(100, 'x'), 2);
    kill_in_put(37, std::string(5'000, 'x'), 2);
}

TEST_CASE("a process that is killed while it puts shared objects has put them or not" *
          doctest::skip(too_many_instructions)) {
    kill_in_put(61, std::vector<brood::event>(12), 1);
}

TEST_CASE("a process that is killed while it gets a value took it or not" * doctest::skip(too_many_instructions)) {
    kill_in_get(1, 7, 3);
    kill_in_get(3, 7, 300);
    kill_in_get(11, std::string(100, 'x'), 2);
    kill_in_get(37, std::string(5'000, 'x'), 2);
    kill_in_get(61, std::vector<brood::event>(12), 1);
}

TEST_CASE("a process that is killed while it makes and frees queues and pipes leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    kill_everywhere(
        97,
        [] {
            brood::queue<std::string> q;
            q.put(std::string(5'000, 'x'));
            auto [a, b] = brood::pipe<int>();
            a.send(1);
        },
        [] {});
}

TEST_CASE("the other end is told, wherever in its last moments an end's process is killed" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    for (long stride = 41, steps = 0;; steps += stride) {
        auto ends = brood::pipe<int>();
        auto& mine = ends.first;
        const bool finished = killed_after(steps, [&] {
            ends.second.send(1);
            ends.second.close();
        });
        ends.second.close();
        if (mine.poll()) {
            try {
                CHECK(mine.recv() == 1);
            } catch (const brood::end_of_stream&) {
            }
        }
        CHECK_THROWS_AS(mine.recv(), brood::end_of_stream);
        if (finished) break;
        REQUIRE(steps < 200'000);
    }
}
