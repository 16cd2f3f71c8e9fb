// SPDX-License-Identifier: MIT
// Pools beside one queue there and another back, and beside the work itself in this process.
#include "bench_groups.hpp"
#include "bulk.hpp"
#include "layout.hpp"

#include <brood/brood.hpp>
#include <brood/native/activity.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace tool {
namespace {

int next_number(int x) { return x + 1; }
bulk same_bulk(bulk data) { return data; }

// A processor's own work: about a microsecond.
std::uint64_t churn(std::uint64_t seed) {
    std::uint64_t x = seed + 0x9E3779B97F4A7C15U;
    for (int i = 0; i < 400; ++i) x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x;
}

void require(bool right, const char* what) {
    if (!right) throw std::logic_error(std::string("wrong results: ") + what);
}

template <class T>
class on_first_use {
public:
    T& get() { return made_ ? *made_ : made_.emplace(); }

private:
    std::optional<T> made_;
};

// ---- round trips: seconds ----

constexpr int task_trips = 2000;

void send_next_back(brood::queue<int> there, brood::queue<int> back) {
    for (const int value : there) back.put(value + 1);
}

double task_queue_trip() {
    brood::queue<int> there, back;
    auto other = brood::spawn(send_next_back, there, back);
    there.put(0);
    back.get();
    const double seconds = seconds_of([&] {
        for (int i = 0; i < task_trips; ++i) {
            there.put(i);
            back.get();
        }
    });
    there.close();
    other.join();
    return seconds / task_trips;
}

double apply_trip(brood::pool& pool) {
    return seconds_of([&] {
               for (int i = 0; i < task_trips; ++i) require(pool.apply(next_number, i) == i + 1, "apply");
           }) /
           task_trips;
}

// ---- many tasks: tasks each second ----

double submit_rate(brood::pool& pool, int count) {
    std::vector<brood::future<int>> all;
    all.reserve(static_cast<std::size_t>(count));
    std::int64_t sum = 0;
    const double seconds = seconds_of([&] {
        for (int i = 0; i < count; ++i) all.push_back(pool.submit(next_number, i));
        for (auto& each : all) sum += each.get();
    });
    require(sum == std::int64_t{count} * (count + 1) / 2, "submit");
    return count / seconds;
}

double map_rate(brood::pool& pool, const std::vector<int>& numbers, std::int64_t chunk_size) {
    std::vector<int> results;
    const double seconds = seconds_of([&] { results = pool.map(next_number, numbers, {.chunk_size = chunk_size}); });
    require(results.size() == numbers.size() && results.back() == numbers.back() + 1, "map");
    return static_cast<double>(numbers.size()) / seconds;
}

double echo_rate(brood::pool& pool, const bulk& data) {
    bulk result;
    const double seconds = seconds_of([&] { result = pool.apply(same_bulk, data); });
    require(result == data, "echo");
    return 2 * bulk_megabytes / seconds;
}

template <class Pool>
double work_rate(Pool& pool, const std::vector<std::uint64_t>& seeds) {
    std::vector<std::uint64_t> results;
    const double seconds = seconds_of([&] { results = pool.map(churn, seeds); });
    require(results.size() == seeds.size() && results[1] == churn(seeds[1]), "work");
    return static_cast<double>(seeds.size()) / seconds;
}
double work_alone(const std::vector<std::uint64_t>& seeds) {
    std::uint64_t all = 0;
    const double seconds = seconds_of([&] {
        for (const auto seed : seeds) all ^= churn(seed);
    });
    require(all != 1, "work");
    // What so many processors could do.
    return static_cast<double>(seeds.size()) / seconds * static_cast<double>(brood::cpu_count());
}

// A pool that writes a trace, beside one that does not.
class traced_pool {
public:
    brood::pool& get() { return pool_; }

private:
    const temporary_folder folder_;
    brood::pool pool_{{.trace = folder_.path() / "trace.json"}};
};

// For half a second, so that whoever looks now and then does so as often as he would.
double lasting_submit_rate(brood::pool& pool, int count) {
    int rounds = 0;
    double seconds = 0;
    for (; seconds < 0.5; ++rounds) seconds += count / submit_rate(pool, count);
    return rounds * count / seconds;
}

// Somebody who looks at all sessions four times a second, as `brood top` does once.
double watched_rate(brood::pool& pool, int count) {
    const std::jthread looks([](const std::stop_token& stop) {
        for (int i = 0; !stop.stop_requested(); i = (i + 1) % 25) {
            if (i == 0) static_cast<void>(brood::native::look_at_sessions());
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    });
    return lasting_submit_rate(pool, count);
}

std::vector<int> numbers_to(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

}  // namespace

void measure_pools(session& now) {
    const auto pool = std::make_shared<on_first_use<brood::pool>>();
    const auto threads = std::make_shared<on_first_use<brood::thread_pool>>();
    const auto many = std::make_shared<std::vector<int>>(numbers_to(now.few_runs() < 3 ? 1'000'000 : 10'000'000));
    const auto some = std::make_shared<std::vector<int>>(numbers_to(100'000));
    const auto seeds = std::make_shared<std::vector<std::uint64_t>>(200'000);
    std::iota(seeds->begin(), seeds->end(), std::uint64_t{1});
    const auto data = std::make_shared<bulk>(bulk_count, 1.5);
    const auto to = std::make_shared<bulk>(bulk_count, 0.0);
    using kind = relation::kind;
    race(now,
         {{"limit.queue_trip", "", "s", task_queue_trip, {}},
          {"pool.apply", "", "s", [=] { return apply_trip(pool->get()); },
           relation{kind::ratio, "limit.queue_trip", 0, 2.0}}},
         now.runs);
    race(now,
         {{"pool.submit", "", "tasks/s", [=] { return submit_rate(pool->get(), 200'000); },
           relation{kind::itself, "", 0, 1e6, true}},
          {"pool.map_chunk1", "", "tasks/s", [=] { return map_rate(pool->get(), *some, 1); },
           relation{kind::itself, "", 0, 2e6, true}},
          {"pool.map", "", "tasks/s", [=] { return map_rate(pool->get(), *many, 0); },
           relation{kind::itself, "", 0, 100e6, true}}},
         now.few_runs());
    const auto traced = std::make_shared<on_first_use<traced_pool>>();
    constexpr int fewer = 50'000;  // the file of so many tasks is large enough
    race(now,
         {{"pool.submit.untraced", "", "tasks/s", [=] { return submit_rate(pool->get(), fewer); }, {}},
          {"pool.submit.traced", "", "tasks/s", [=] { return submit_rate(traced->get().get(), fewer); },
           relation{kind::ratio, "pool.submit.untraced", 0, std::nullopt, true}}},
         now.few_runs());
    constexpr int watched = 200'000;
    race(now,
         {{"pool.submit.unwatched", "", "tasks/s", [=] { return lasting_submit_rate(pool->get(), watched); }, {}},
          {"pool.submit.watched", "", "tasks/s", [=] { return watched_rate(pool->get(), watched); },
           relation{kind::ratio, "pool.submit.unwatched", 0, 0.95, true}}},
         now.few_runs());
    race(now,
         {{"limit.two_copies", "", "MB/s", [=] { return copy_rate(*data, *to); }, {}},
          {"pool.echo", "", "MB/s", [=] { return echo_rate(pool->get(), *data); },
           relation{kind::ratio, "limit.two_copies", 0, 0.4, true}}},
         now.few_runs());
    race(now,
         {{"limit.all_processors", "", "tasks/s", [=] { return work_alone(*seeds); }, {}},
          {"thread_pool.work", "", "tasks/s", [=] { return work_rate(threads->get(), *seeds); },
           relation{kind::ratio, "limit.all_processors", 0, 0.95, true}},
          {"pool.work", "", "tasks/s", [=] { return work_rate(pool->get(), *seeds); },
           relation{kind::ratio, "limit.all_processors", 0, 0.95, true}}},
         now.few_runs());
}

}  // namespace tool
