// SPDX-License-Identifier: MIT
// Calls of managed objects beside round trips of a queue, of large arguments beside a copy in memory, and of other
// sessions beside a connection's round trip.
#include "bench_groups.hpp"
#include "bulk.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace tool {
namespace {

constexpr int call_trips = 10000, distant_trips = 1000;

class tally {
public:
    int add(int more) { return sum_ += more; }
    double last(const bulk& data) { return data.back(); }

private:
    int sum_ = 0;
};

// ---- limits -------------------------------------------------------------------------------------------------------

void echo_numbers(brood::queue<int> from, brood::queue<int> to) {
    for (const int number : from) to.put(number);
}
double queue_trip() {
    brood::queue<int> there, back;
    brood::process other = brood::spawn(echo_numbers, there, back);
    there.put(0);
    back.get();
    const double seconds = seconds_of([&] {
        for (int i = 0; i < call_trips; ++i) {
            there.put(i);
            back.get();
        }
    });
    there.close();
    return seconds / call_trips;
}

void echo_messages(const brood::byte_connection& with) {
    try {
        for (;;) with.send_bytes(with.recv_bytes());
    } catch (const brood::end_of_stream&) {
    }
}
// The bytes of a call and of its answer.
double connection_trip() {
    brood::listener door(brood::tcp("127.0.0.1", 0));
    brood::process other =
        brood::spawn([](const brood::address& where) { echo_messages(brood::connect(where)); }, door.address());
    const auto peer = door.accept();
    const std::string message(80, 'x');
    peer.send_bytes(message);
    peer.recv_bytes();
    const double seconds = seconds_of([&] {
        for (int i = 0; i < distant_trips; ++i) {
            peer.send_bytes(message);
            peer.recv_bytes();
        }
    });
    peer.close();
    return seconds / distant_trips;
}

// ---- managers -----------------------------------------------------------------------------------------------------

double time_calls(const brood::proxy<tally>& of, int count) {
    of.call<&tally::add>(1);
    return seconds_of([&] {
               for (int i = 0; i < count; ++i) of.call<&tally::add>(1);
           }) /
           count;
}

double call() {
    const brood::manager m({.start_method = brood::start_method::spawn});
    return time_calls(m.create<tally>(), call_trips);
}

double distant_call() {
    const brood::manager m;
    m.publish("tally", m.create<tally>());
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = "bench"});
    const double seconds = brood::async(
                               [](const brood::address& at) {
                                   const auto there = brood::manager::connect(at, {.authkey = "bench"});
                                   return time_calls(there.find<tally>("tally"), distant_trips);
                               },
                               where)
                               .get();
    return seconds;
}

// Calls each second of four processes, each on an object of its own.
double calls_of_four() {
    const brood::manager m;
    brood::barrier begin(5);
    std::vector<brood::process> clients;
    for (int i = 0; i < 4; ++i)
        clients.push_back(brood::spawn(
            [](const brood::proxy<tally>& own, brood::barrier start) {
                start.arrive_and_wait();
                for (int j = 0; j < call_trips; ++j) own.call<&tally::add>(1);
            },
            m.create<tally>(), begin));
    begin.arrive_and_wait();
    return 4 * call_trips / seconds_of([&] {
               for (auto& client : clients) client.join();
           });
}

// MB/s of an argument, the best of three: the first one finds memory that nobody had before.
double pass_argument(const bulk& data) {
    const brood::manager m;
    const auto to = m.create<tally>();
    double best = 0;
    for (int i = 0; i < 3; ++i) {
        double last = 0;
        best = std::max(best, bulk_megabytes / seconds_of([&] { last = to.call<&tally::last>(data); }));
        if (last != data.back()) throw std::logic_error("another value arrived");
    }
    return best;
}

double create_object() {
    constexpr int count = 1000;
    const brood::manager m;
    std::vector<brood::proxy<tally>> made(count);
    return seconds_of([&] {
               for (auto& one : made) one = m.create<tally>();
           }) /
           count;
}

}  // namespace

void measure_managers(session& now) {
    race(now,
         {{"limit.queue_round_trip", "", "s", queue_trip, {}},
          {"manager.call", "spawn", "s", call, relation{relation::kind::ratio, "limit.queue_round_trip", 0, 2.5}},
          {"manager.calls.4clients", "", "calls/s", calls_of_four, {}},
          {"manager.create", "", "s", create_object, {}}},
         now.few_runs());
    race(now,
         {{"limit.connection_round_trip", "", "s", connection_trip, {}},
          {"manager.distant_call", "", "s", distant_call,
           relation{relation::kind::ratio, "limit.connection_round_trip", 0, 1.5}}},
         now.few_runs());
    const auto from = std::make_shared<bulk>(bulk_count, 1.5);
    const auto to = std::make_shared<bulk>(bulk_count, 0.0);
    race(now,
         {{"limit.memcpy.argument", "", "MB/s", [=] { return copy_rate(*from, *to); }, {}},
          {"manager.argument.64MiB", "", "MB/s", [=] { return pass_argument(*from); },
           relation{relation::kind::ratio, "limit.memcpy.argument", 0, 0.4, true}}},
         now.few_runs());
}

}  // namespace tool
