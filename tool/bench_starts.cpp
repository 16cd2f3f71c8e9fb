// SPDX-License-Identifier: MIT
// What starting a process costs, beside the bare system call of the same kind.
#include "bench_groups.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <thread>
#include <vector>

namespace tool {
namespace {

using brood::start_method;

void nothing() {}
int same(int value) { return value; }

double start_join(start_method method) {
    return seconds_of([&] {
        brood::process p({.start_method = method}, nothing);
        p.start();
        p.join();
    });
}

double async_int(start_method method) {
    int answer = 0;
    const double seconds = seconds_of([&] { answer = brood::async({.start_method = method}, same, 42).get(); });
    if (answer != 42) throw std::logic_error("async gave a wrong result");
    return seconds;
}

std::string name_of(start_method method) { return std::string(brood::to_string(method)); }

relation at_most(const std::string& to, double target) { return {relation::kind::ratio, to, 0, target, false}; }

contender start_row(start_method method, std::optional<relation> beside) {
    return {"process.start_join", name_of(method), "s", [=] { return start_join(method); }, beside};
}

contender async_row(start_method method) {
    return {"async.int", name_of(method), "s", [=] { return async_int(method); },
            at_most("process.start_join " + name_of(method), 1.2)};
}

void measure_spawn(session& now, const layout& where) {
    const std::vector<std::string> program = {to_utf8(where.tool), return_at_once};
    const auto bare = [=] { return seconds_of([&] { brood::native::spawn_wait(program); }); };
    race(now,
         {{"limit.posix_spawn_wait", "", "s", bare, {}},
          start_row(start_method::spawn, at_most("limit.posix_spawn_wait", 1.15)),
          async_row(start_method::spawn)},
         now.runs);
}

void measure_fork(session& now) {
    const auto bare = [] { return seconds_of([] { brood::native::fork_wait(); }); };
    race(now,
         {{"limit.fork_wait", "", "s", bare, {}},
          start_row(start_method::fork, at_most("limit.fork_wait", 1.3)),
          start_row(start_method::forkserver, at_most("limit.fork_wait", 2)),
          async_row(start_method::fork),
          async_row(start_method::forkserver)},
         now.runs);
}

bool can(start_method method) {
    for (const start_method one : brood::available_start_methods())
        if (one == method) return true;
    return false;
}

constexpr std::size_t reserve = 8;

// Waits until the reserve is full again.
void refill() {
    using namespace std::chrono;
    const auto last = steady_clock::now() + seconds(30);
    while (brood::spawn_reserve_ready() < reserve) {
        if (steady_clock::now() > last) throw std::runtime_error("the reserve was not refilled");
        std::this_thread::sleep_for(milliseconds(2));
    }
}

struct reserve_in_use {
    reserve_in_use() { brood::set_spawn_reserve(reserve); }
    reserve_in_use(const reserve_in_use&) = delete;
    reserve_in_use& operator=(const reserve_in_use&) = delete;
    ~reserve_in_use() { brood::set_spawn_reserve(0); }
};

}  // namespace

void measure_starts(session& now, const layout& where) {
    measure_spawn(now, where);
    if (can(start_method::fork)) measure_fork(now);
}

// Batches as long as half the reserve, so that each start finds a child ready.
void measure_reserve(session& now) {
    row one{"process.start_join.reserve", "spawn", "s", {}, {}};
    if (!now.wants(one.id())) return;
    now.tell_progress(one.id());
    row server{"process.start_join", "forkserver", "s", {}, {}};
    const bool compare = can(start_method::forkserver);
    try {
        const reserve_in_use kept;
        while (one.samples.size() < now.runs) {
            refill();
            for (std::size_t i = 0; compare && i < reserve / 2; ++i)
                server.samples.push_back(start_join(start_method::forkserver));
            for (std::size_t i = 0; i < reserve / 2 && one.samples.size() < now.runs; ++i)
                one.samples.push_back(start_join(start_method::spawn));
        }
    } catch (const std::exception& error) {
        now.notes.push_back(one.id() + ": not measured: " + error.what());
        return;
    }
    if (compare) {
        one.beside = at_most(server.id(), 2);
        relate(one, server);
    }
    now.rows.push_back(one);
}

// Blocks with and without the memory alternate.
void measure_large_parent(session& now) {
    row large{"process.start_join.1GiB", "spawn", "s", {}, at_most("process.start_join spawn", 1.2)};
    if (!now.wants(large.id())) return;
    now.tell_progress(large.id());
    row small{"process.start_join", "spawn", "s", {}, {}};
    const std::size_t block = now.runs < 4 ? 1 : now.runs / 4;
    while (large.samples.size() < now.runs) {
        for (std::size_t i = 0; i < block; ++i) small.samples.push_back(start_join(start_method::spawn));
        const std::vector<char> held(std::size_t{1} << 30, 'x');
        for (std::size_t i = 0; i < block && held.back() == 'x'; ++i)
            large.samples.push_back(start_join(start_method::spawn));
    }
    relate(large, small);
    now.rows.push_back(large);
}

}  // namespace tool
