// SPDX-License-Identifier: MIT
// A process is killed after any number of instructions within one put, get, or end of a queue or pipe: every value is
// there once and whole, or was taken; others go on; and no memory is lost.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/session.hpp"
#include "proc.hpp"
#include "stepping_posix.hpp"
#include "waiting.hpp"

#include <brood/connection.hpp>
#include <brood/event.hpp>
#include <brood/pipe.hpp>
#include <brood/queue.hpp>
#include <brood/shared_future.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace brood::arena;
using namespace brood_test;

namespace {

constexpr long everywhere = 1'000'000;
constexpr std::size_t one_lane = 100'000;     // a queue with a capacity has only one
constexpr std::size_t ring_of_numbers = 223;  // so many fill the first ring

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

// Kills `work` at so many places, evenly. `prepare` makes everything anew each time: what a killed process got done
// would make the next one's work shorter.
template <class Prepare, class Work, class Check>
void kill_at_places(long places, Prepare prepare, Work work, Check check) {
    prepare();
    const stepped all = step_through(1'000'000, work);
    REQUIRE(all.finished);
    CHECK(all.steps > 100);
    for (long steps = 0; steps < all.steps; steps += std::max(1L, all.steps / places)) {
        CAPTURE(steps);
        prepare();
        step_through(steps, work);
        check();
    }
}

// A child puts one more value behind some; then they are all taken out again.
template <class T>
void kill_in_put(long places, const T& value, std::size_t others, std::size_t capacity) {
    const memory_returns check;
    std::optional<brood::queue<T>> q;
    long with = 0, without = 0;
    kill_at_places(
        places,
        [&] {
            q.emplace(capacity);
            for (std::size_t i = 0; i < others; ++i) q->put(value);
        },
        [&] { q->put(value); },
        [&] {
            const std::size_t there = q->size();
            REQUIRE((there == others || there == others + 1));
            ++(there == others ? without : with);
            q->put(value);
            for (std::size_t i = 0; i <= there; ++i) REQUIRE((q->get() == value));
            REQUIRE(q->empty());
        });
    CHECK(with > 0);
    CHECK(without > 0);
}

template <class T>
void kill_in_get(long places, const T& value, std::size_t others) {
    const memory_returns check;
    std::optional<brood::queue<T>> q;
    kill_at_places(
        places,
        [&] {
            q.emplace();
            for (std::size_t i = 0; i <= others; ++i) q->put(value);
        },
        [&] { q->get(); },
        [&] {
            const std::size_t there = q->size();
            REQUIRE((there == others || there == others + 1));
            for (std::size_t i = 0; i < there; ++i) REQUIRE((q->get() == value));
            REQUIRE_FALSE(q->try_get());
        });
}

std::vector<int> all_of(brood::connection<int>& reader) {
    std::vector<int> got;
    try {
        for (;;) got.push_back(reader.recv());
    } catch (const brood::end_of_stream&) {
    }
    return got;
}

}  // namespace

TEST_CASE("a process that is killed while it puts a number has put it or not" * doctest::skip(too_many_instructions)) {
    kill_in_put(everywhere, 7, 3, one_lane);
    kill_in_put(40, 7, 3, brood::unbounded);        // the child has a lane of its own, and makes its first ring
    kill_in_put(40, 7, ring_of_numbers, one_lane);  // another ring is added
}

TEST_CASE("a process that is killed while it puts a text has put it or not" * doctest::skip(too_many_instructions)) {
    kill_in_put(40, std::string(100, 'x'), 2, one_lane);
    kill_in_put(40, std::string(5'000, 'x'), 2, one_lane);
}

TEST_CASE("a process that is killed while it puts shared objects has put them or not" *
          doctest::skip(too_many_instructions)) {
    kill_in_put(40, std::vector<brood::event>(12), 1, one_lane);
}

TEST_CASE("a process that is killed while it puts or gets a handle leaves none behind" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    std::optional<brood::queue<brood::byte_connection>> q;
    const auto put_one = [&] {
        const auto ends = brood::byte_pipe();
        ends.first.send_bytes("a message");
        q->put(ends.second);
    };
    const auto prepare = [&] {
        q.emplace();
        put_one();
    };
    const auto look = [&] {
        for (std::size_t left = q->size(); left > 0; --left) REQUIRE(q->get().recv_bytes().size() == 9);
        q.reset();
    };
    step_through(1, [] {});                         // from now on this process watches its children
    const auto before = open_descriptors().size();  // of the keeper, which is this process
    long with = 0, without = 0;
    kill_at_places(60, prepare, put_one, [&] {
        ++(q->size() == 2 ? with : without);
        look();
    });
    CHECK(with > 0);
    CHECK(without > 0);
    kill_at_places(
        60, prepare, [&] { q->get(); }, look);
    CHECK(comes_true([&] { return open_descriptors().size() <= before; }));
}

TEST_CASE("a process that is killed while it gets a value took it or not" * doctest::skip(too_many_instructions)) {
    kill_in_get(everywhere, 7, 3);
    kill_in_get(40, 7, 300);
    kill_in_get(40, std::string(100, 'x'), 2);
    kill_in_get(40, std::string(5'000, 'x'), 2);
    kill_in_get(40, std::vector<brood::event>(12), 1);
}

TEST_CASE("a process that is killed while it makes and frees queues and pipes leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    const auto nothing = [] {};
    kill_at_places(
        20, nothing,
        [] {
            brood::queue<std::string> q;
            q.put(std::string(5'000, 'x'));
            auto [a, b] = brood::pipe<int>();
            a.send(1);
        },
        nothing);
}

TEST_CASE("the other end is told, wherever in its last moments an end's process is killed" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    std::optional<std::pair<brood::connection<int>, brood::connection<int>>> ends;
    kill_at_places(
        40, [&] { ends = brood::pipe<int>(); },
        [&] {
            ends->second.send(1);
            ends->second.close();
        },
        [&] {
            ends->second.close();
            const auto got = all_of(ends->first);
            CHECK((got.empty() || got == std::vector{1}));
        });
}

TEST_CASE("a process that is killed while it gives a result to others has given it, or they are told" *
          doctest::skip(too_many_instructions)) {
    const memory_returns check;
    const std::string text(5'000, 'x');
    std::optional<brood::queue<brood::shared_future<std::string>>> box;
    long nothing = 0, dead = 0, given = 0;
    kill_at_places(
        400, [&] { box.emplace(); },
        [&] {
            const auto state = std::make_shared<brood::detail::local_state<std::string>>();
            const auto result = brood::future<std::string>(state).share();
            box->put(result);
            state->set_value(text);
        },
        [&] {
            const auto result = box->try_get();
            if (!result) {
                ++nothing;
                return;
            }
            try {
                given += result->get() == text;
            } catch (const brood::process_died&) {
                ++dead;
            }
        });
    CHECK(nothing > 0);
    CHECK(dead > 0);
    CHECK(given > 0);
    CHECK(nothing + dead + given >= 400);
}
