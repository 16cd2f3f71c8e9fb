// SPDX-License-Identifier: MIT
// Queues and pipes beside what two processes reach with a bare ring or a bare flag in shared memory, and large values
// beside a copy in memory.
#include "bench_groups.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace tool {
namespace {

// Everybody begins together; the parent waits until everything was got.
struct course {
    brood::barrier begin;
    brood::latch put, got;
    course(std::ptrdiff_t producers, std::ptrdiff_t consumers)
        : begin(producers + consumers + 1), put(producers), got(consumers) {}
    course() : course(1, 1) {}
    template <class Archive>
    void serialize(Archive& archive) {
        archive(begin, put, got);
    }
};

double time_of(course way, const std::function<void()>& after_puts) {
    way.begin.arrive_and_wait();
    return seconds_of([&] {
        way.put.wait();
        after_puts();
        way.got.wait();
    });
}

// ---- small values -------------------------------------------------------------------------------------------------

constexpr int numbers = 1'000'000;

void put_numbers(course way, brood::queue<int> to, int count) {
    way.begin.arrive_and_wait();
    for (int i = 0; i < count; ++i) to.put(i);
    way.put.count_down();
}
void get_numbers(course way, brood::queue<int> from) {
    way.begin.arrive_and_wait();
    std::int64_t sum = 0;
    for (const int value : from) sum += value;
    way.got.count_down();
}

// Messages each second.
double throughput(int pairs) {
    course way(pairs, pairs);
    brood::queue<int> q;
    std::vector<brood::process> all;
    for (int i = 0; i < pairs; ++i) {
        all.push_back(brood::spawn(get_numbers, way, q));
        all.push_back(brood::spawn(put_numbers, way, q, numbers / pairs));
    }
    const double seconds = time_of(way, [&] { q.close(); });
    for (auto& one : all) one.join();
    return numbers / pairs * pairs / seconds;
}

using word = std::atomic<std::uint32_t>;
using words = brood::shared_array<word>;

// A ring for one producer and one consumer that never sleep, with nothing else. The two counts have lines of their own.
constexpr std::size_t put_at = 0, got_at = 32, slots_at = 64, slots = 4096;

void put_in_ring(course way, words ring) {
    way.begin.arrive_and_wait();
    for (std::uint32_t i = 0, got = 0; i < numbers; ++i) {
        while (i - got == slots) got = ring[got_at].load(std::memory_order_acquire);
        ring[slots_at + i % slots].store(i, std::memory_order_relaxed);
        ring[put_at].store(i + 1, std::memory_order_release);
    }
    way.put.count_down();
}
void get_from_ring(course way, words ring) {
    way.begin.arrive_and_wait();
    std::uint64_t sum = 0;
    for (std::uint32_t i = 0, put = 0; i < numbers; ++i) {
        while (i == put) put = ring[put_at].load(std::memory_order_acquire);
        sum += ring[slots_at + i % slots].load(std::memory_order_relaxed);
        ring[got_at].store(i + 1, std::memory_order_release);
    }
    if (sum != std::uint64_t{numbers} * (numbers - 1) / 2) throw std::logic_error("the ring gave other numbers");
    way.got.count_down();
}
double ring_throughput() {
    course way(1, 1);
    const words ring(slots_at + slots);
    auto consumer = brood::spawn(get_from_ring, way, ring);
    auto producer = brood::spawn(put_in_ring, way, ring);
    const double seconds = time_of(way, [] {});
    consumer.join();
    producer.join();
    return numbers / seconds;
}

// ---- there and back -----------------------------------------------------------------------------------------------

constexpr int trips = 20'000;

// Seconds for one way there and back, between this process and another that answers.
template <class Answer, class... Ends>
double trip(Answer answer, const std::function<void()>& once, const Ends&... ends) {
    brood::event begun;
    auto other = brood::spawn(answer, begun, ends...);
    begun.wait();
    const double seconds = seconds_of([&] {
        for (int i = 0; i < trips; ++i) once();
    });
    other.join();
    return seconds / trips;
}

double pipe_trip() {
    auto ends = brood::pipe<int>();
    return trip(
        [](brood::event begun, brood::connection<int> end) {
            begun.set();
            for (int i = 0; i < trips; ++i) end.send(end.recv());
        },
        [&] {
            ends.first.send(1);
            ends.first.recv();
        },
        ends.second);
}

void await(const word& flag, std::uint32_t value) {
    while (flag.load(std::memory_order_acquire) != value) {
    }
}
double spin_trip() {
    const words flags(64);
    std::uint32_t turn = 0;
    return trip(
        [](brood::event begun, words theirs) {
            begun.set();
            for (std::uint32_t i = 1; i <= trips; ++i) {
                await(theirs[0], i);
                theirs[32].store(i, std::memory_order_release);
            }
        },
        [&] {
            flags[0].store(++turn, std::memory_order_release);
            await(flags[32], turn);
        },
        flags);
}

// ---- large values -------------------------------------------------------------------------------------------------

using block = std::vector<double>;

void put_blocks(course way, brood::queue<block> to, std::size_t size, int count) {
    const block data(size / sizeof(double), 1.5);
    way.begin.arrive_and_wait();
    for (int i = 0; i < count; ++i) to.put(data);
    way.put.count_down();
}
void get_blocks(course way, brood::queue<block> from, int count, bool lent) {
    way.begin.arrive_and_wait();
    for (int i = 0; i < count; ++i)
        if ((lent ? from.get_loan().back() : from.get().back()) != 1.5)
            throw std::logic_error("a block of other values");
    way.got.count_down();
}

constexpr std::size_t megabyte = std::size_t{1} << 20;
int count_for(std::size_t size) { return size == megabyte ? 500 : 10; }

// MB/s. The first blocks, which nobody has used before, do not count.
double bandwidth(std::size_t size, bool lent) {
    brood::queue<block> q(4);
    double seconds = 0;
    const int count = count_for(size);
    for (const int part : {8, count}) {
        course way(1, 1);
        auto consumer = brood::spawn(get_blocks, way, q, part, lent);
        auto producer = brood::spawn(put_blocks, way, q, size, part);
        seconds = time_of(way, [] {});
        consumer.join();
        producer.join();
    }
    return static_cast<double>(size) * count / 1e6 / seconds;
}

double copy_bandwidth(std::size_t size) {
    const block from(size / sizeof(double), 1.5);
    block to(from.size(), 0.0);
    const int count = count_for(size);
    const double seconds = seconds_of([&] {
        for (int i = 0; i < count; ++i) {
            std::memcpy(to.data(), from.data(), size);
            if (to[static_cast<std::size_t>(i)] != 1.5) throw std::logic_error("memcpy copied other values");
        }
    });
    return static_cast<double>(size) * count / 1e6 / seconds;
}

double create() {
    constexpr int count = 1000;
    return seconds_of([] {
               for (int i = 0; i < count; ++i) const brood::queue<int> made;
           }) /
           count;
}

void measure_bandwidth(session& now, std::size_t size, const std::string& name) {
    const std::string limit = "limit.memcpy." + name;
    race(now,
         {{limit, "", "MB/s", [=] { return copy_bandwidth(size); }, {}},
          {"queue.bandwidth." + name, "", "MB/s", [=] { return bandwidth(size, false); },
           relation{relation::kind::ratio, limit, 0, 0.4, true}},
          {"queue.loan." + name, "", "MB/s", [=] { return bandwidth(size, true); },
           relation{relation::kind::ratio, limit, 0, 0.8, true}}},
         now.few_runs());
}

}  // namespace

double queue_throughput() { return throughput(1); }

double queue_round_trip() {
    brood::queue<int> there, back;
    return trip(
        [](brood::event begun, brood::queue<int> from, brood::queue<int> to) {
            begun.set();
            for (int i = 0; i < trips; ++i) to.put(from.get());
        },
        [&] {
            there.put(1);
            back.get();
        },
        there, back);
}

void measure_channels(session& now) {
    race(now,
         {{"limit.spsc_ring", "", "messages/s", ring_throughput, {}},
          {"queue.throughput", "", "messages/s", queue_throughput,
           relation{relation::kind::ratio, "limit.spsc_ring", 0, {}, true}},
          {"queue.throughput.4to4", "", "messages/s", [] { return throughput(4); },
           relation{relation::kind::ratio, "queue.throughput", 0, 0.5, true}}},
         now.few_runs());
    race(now,
         {{"limit.spin_round_trip", "", "s", spin_trip, {}},
          {"queue.round_trip", "", "s", queue_round_trip,
           relation{relation::kind::ratio, "limit.spin_round_trip", 0, 1.5, false}},
          {"pipe.round_trip", "", "s", pipe_trip,
           relation{relation::kind::ratio, "limit.spin_round_trip", 0, 1.5, false}},
          {"queue.create", "", "s", create, {}}},
         now.few_runs());
    measure_bandwidth(now, megabyte, "1MiB");
    measure_bandwidth(now, 64 * megabyte, "64MiB");
}

}  // namespace tool
