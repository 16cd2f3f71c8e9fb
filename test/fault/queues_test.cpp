// SPDX-License-Identifier: MIT
// Producers and consumers that are killed, memory that ends, and values that cannot be read: nobody waits for ever, and
// every value is accounted for.
#include "scenario.hpp"
#include "session_room.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <new>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

// A text that shows whether it is whole.
std::string text_of(int number, std::size_t size) {
    return std::to_string(number) + ' ' + std::string(size, static_cast<char>('a' + number % 26));
}
int number_of(const std::string& text, std::size_t size) {
    const int number = std::stoi(text);
    expect(text == text_of(number, size), "a whole text");
    return number;
}

void put_texts(brood::queue<std::string> q, std::size_t size) {
    for (int i = 0;; ++i) q.put(text_of(i, size));
}

void forward(brood::queue<int> from, brood::queue<int> to) {
    for (const int value : from) to.put(value);
}

struct unreadable {
    bool bad = false;
    void save(brood::output_archive& archive) const { archive(bad); }
    void load(brood::input_archive& archive) {
        archive(bad);
        if (bad) throw std::runtime_error("not on this side");
    }
};

}  // namespace

TEST_CASE("what a killed producer had put comes whole and in order, and then the end") {
    for (const std::size_t size : {10U, 3'000U, 200'000U, 2'000'000U}) {
        CAPTURE(size);
        brood::queue<std::string> q(20);
        auto producer = brood::spawn(put_texts, q, size);
        int next = 0;
        for (; next < 30; ++next) REQUIRE(number_of(q.get(), size) == next);
        producer.kill();
        for (const auto& text : q) REQUIRE(number_of(text, size) == next++);
        CHECK(next >= 30);
        CHECK_THROWS_AS(q.get(), brood::queue_closed);
    }
}

TEST_CASE("a killed consumer takes at most the value that it had in hand, and others go on") {
    constexpr int count = 20'000;
    brood::queue<int> from, to;
    for (int i = 0; i < count; ++i) from.put(i);
    auto killed = brood::spawn(forward, from, to);
    std::vector<int> seen{to.get()};
    killed.kill();
    killed.join();
    auto other = brood::spawn(forward, from, to);
    from.close();
    other.join();
    while (const auto value = to.try_get()) seen.push_back(*value);
    CHECK(std::is_sorted(seen.begin(), seen.end()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    CHECK(seen.size() >= count - 1);
}

TEST_CASE("who waits for a value hears at once that the last process that could put was killed") {
    std::optional<brood::queue<int>> q(std::in_place);
    brood::queue<int> begun;
    auto waiter = brood::async(
        [](brood::queue<int> theirs) {
            try {
                theirs.get();
            } catch (const brood::queue_closed&) {
                return true;
            }
            return false;
        },
        *q);
    auto writer = brood::spawn(
        [](brood::queue<int>, brood::queue<int> here) {
            here.put(1);
            idle();
        },
        *q, begun);
    CHECK(begun.get() == 1);
    q.reset();
    writer.kill();
    CHECK(waiter.get());
}

TEST_CASE("who waits for room hears at once that the last process that could get was killed") {
    std::optional<brood::queue<int>> q(std::in_place, 1);
    auto reader = brood::spawn(
        [](brood::queue<int> theirs) {
            theirs.get();
            idle();
        },
        *q);
    auto waiter = brood::async(
        [](brood::queue<int> theirs) {
            try {
                for (;;) theirs.put(1);
            } catch (const brood::queue_closed&) {
                return true;
            }
        },
        *q);
    CHECK(comes_true([&] { return q->full(); }));
    q.reset();
    reader.kill();
    CHECK(waiter.get());
}

TEST_CASE("join() ends when the process of a task was killed and nobody is left") {
    brood::joinable_queue<int> tasks;
    tasks.put(1);
    auto worker = brood::spawn(
        [](brood::joinable_queue<int> theirs) {
            theirs.get();
            idle();
        },
        tasks);
    CHECK(comes_true([&] { return tasks.empty(); }));
    CHECK_FALSE(tasks.join_for(1ms));
    worker.kill();
    CHECK_THROWS_AS(tasks.join(), brood::queue_closed);
}

TEST_CASE("a value that cannot be read is lost alone") {
    brood::queue<unreadable> q;
    auto [a, b] = brood::pipe<unreadable>();
    for (const bool bad : {true, false}) {
        q.put({bad});
        a.send({bad});
    }
    CHECK_THROWS_AS(q.get(), brood::serialization_error);
    CHECK_FALSE(q.get().bad);
    CHECK_THROWS_AS(b.recv(), brood::serialization_error);
    CHECK_FALSE(b.recv().bad);
}

TEST_CASE("there may be ten thousand queues") {
    const int count = rounds(10'000);
    std::vector<brood::queue<int>> all(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) all[static_cast<std::size_t>(i)].put(i);
    auto sum = brood::async(
        [](std::vector<brood::queue<int>> theirs) {
            std::int64_t result = 0;
            for (auto& q : theirs) result += q.get();
            return result;
        },
        all);
    CHECK(sum.get() == std::int64_t{count} * (count - 1) / 2);
}

namespace {

template <class T>
int fill(brood::queue<T>& q, const T& value) {
    try {
        for (int count = 0;; ++count) {
            expect(q.size() == static_cast<std::size_t>(count), "an exact size");
            q.put(value);
        }
    } catch (const std::bad_alloc&) {
        return static_cast<int>(q.size());
    }
}

template <class T>
void fill_and_drain(const T& value) {
    brood::queue<T> q;
    brood::event go;
    auto reader = brood::async(
        [](brood::queue<T> theirs, brood::event when, T same) {
            when.wait();
            int count = 0;
            for (const T& one : theirs) count += one == same ? 1 : 0;
            return count;
        },
        q, go, value);
    const int first = fill(q, value);
    expect(first > 2, "room for some values");
    go.set();
    expect(comes_true([&] {
               try {
                   return q.try_put(value);
               } catch (const std::bad_alloc&) {
                   return false;
               }
           }),
           "room again");
    q.close();
    expect(reader.get() == first + 1, "every value");
}

const scenario full_session("full-session", [](const arguments&) {
    fill_and_drain(1);
    fill_and_drain(std::string(100, 'x'));
    fill_and_drain(std::string(100'000, 'x'));
    fill_and_drain(std::vector<double>(200'000, 1.5));
    return 0;
});

// ---- chaos --------------------------------------------------------------------------------------------------------

struct parcel {
    int producer = 0, number = 0;
    std::string text;
};
struct receipt {
    int producer = 0, number = 0;
    auto operator<=>(const receipt&) const = default;
};
using counts_of_puts = brood::shared_array<int>;

std::size_t size_of(int number) { return number % 50 == 0 ? 50'000 : static_cast<std::size_t>(number % 7 * 300); }

void produce(brood::queue<parcel> to, counts_of_puts returned, int producer) {
    for (int i = 0;; ++i) {
        to.put({producer, i, text_of(i, size_of(i))});
        returned[static_cast<std::size_t>(producer)] = i + 1;
    }
}
void consume(brood::queue<parcel> from, brood::queue<receipt> to) {
    for (const parcel& one : from) {
        expect(number_of(one.text, size_of(one.number)) == one.number, "the text of the parcel");
        to.put({one.producer, one.number});
    }
}

class chaos {
public:
    explicit chaos(int kills) : kills_(kills), returned_(static_cast<std::size_t>(kills + 2)) {}

    void run() {
        std::vector<brood::process> all;
        for (std::size_t i = 0; i < 4; ++i) all.push_back(start(i));
        for (int i = 0; i < kills_; ++i) {
            collect(1 + random_() % 500);
            const std::size_t victim = random_() % all.size();
            all[victim].kill();
            all[victim].join();
            lost_ += is_producer(victim) ? 0 : 1;
            all[victim] = start(victim);
        }
        for (const std::size_t i : {0, 1}) all[i].kill();
        for (const std::size_t i : {0, 1}) all[i].join();
        parcels_.close();
        for (const std::size_t i : {2, 3}) all[i].join();
        while (const auto one = receipts_.try_get()) note(*one);
        check();
    }

private:
    static bool is_producer(std::size_t index) { return index < 2; }
    brood::process start(std::size_t index) {
        if (is_producer(index)) return brood::spawn(produce, parcels_, returned_, producers_++);
        return brood::spawn(consume, parcels_, receipts_);
    }
    void note(const receipt& one) { expect(seen_.insert(one).second, "each value once"); }
    void collect(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i)
            if (const auto one = receipts_.get_for(30s)) note(*one);
    }
    // One put of each producer may have happened without having returned.
    void check() const {
        std::map<int, int> counts;
        for (const auto& one : seen_) ++counts[one.producer];
        int missing = 0;
        for (int producer = 0; producer < producers_; ++producer) {
            const int puts = returned_[static_cast<std::size_t>(producer)];
            const int got = counts[producer];
            expect(got <= puts + 1, "no value from nowhere");
            missing += std::max(0, puts - got);
        }
        expect(missing <= lost_, "no value lost but with a consumer");
    }

    const int kills_;
    std::mt19937 random_{17};
    brood::queue<parcel> parcels_{40};
    brood::queue<receipt> receipts_;
    counts_of_puts returned_;
    std::set<receipt> seen_;
    int producers_ = 0, lost_ = 0;
};

const scenario chaos_of_queues("chaos-of-queues", [](const arguments& given) {
    chaos(4).run();
    const std::size_t before = room_in_session();
    chaos(std::stoi(given.at(0))).run();
    // Spans for small blocks may lie in other places than before.
    expect(room_in_session() + 3 >= before && before > 10,
           "all memory back, not room for " + std::to_string(room_in_session()));
    return 0;
});

}  // namespace

TEST_CASE("when the session's memory is full a put says so, the reader drains, and nothing is lost") {
    auto run = start_scenario("full-session", {}, small_session());
    CHECK(run.wait().success());
    CHECK(run.errors() == "");
}

TEST_CASE("producers and consumers are killed at any time: every value is accounted for, and no memory is lost") {
    auto run = start_scenario("chaos-of-queues", {std::to_string(rounds(100))}, small_session());
    CHECK(run.wait().success());
    CHECK(run.errors() == "");
}
