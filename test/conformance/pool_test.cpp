// SPDX-License-Identifier: MIT
// Pools of processes: what is the same for every pool is in the cases of pools; here is what only processes have.
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/native/activity.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

int twice(int x) { return 2 * x; }
brood::process_id own_pid() { return brood::current_process().pid(); }

struct account {
    int balance = 0;
    int add(int amount) { return balance += amount; }
};

struct opened {
    explicit opened(std::string text) : name(std::move(text)) { ++count; }
    std::string name;
    int uses = 0;
    static inline int count = 0;
};
brood::worker_local<opened> device("port");

int use_device() {
    ++device->uses;
    return opened::count;
}

int fibonacci(int n) {
    if (n < 2) return n;
    auto pool = brood::current_pool();
    auto left = pool.submit(fibonacci, n - 1);
    return fibonacci(n - 2) + left.get();
}

int sum_by_map(int n) {
    std::vector<int> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 1);
    const auto doubled = brood::current_pool().map(twice, numbers);
    return std::accumulate(doubled.begin(), doubled.end(), 0);
}

// What this program's session has in use.
std::uint64_t session_bytes() {
    for (const auto& session : brood::native::look_at_sessions())
        for (const auto& process : session.processes)
            if (process.pid == own_pid()) return session.bytes;
    return 0;
}

void wait_for_go(brood::event go) { go.wait(); }
void begin_and_wait(brood::event begun, brood::event go) {
    begun.set();
    go.wait();
}

// With brood::wait, as any thread would.
int sum_as_they_come(int n) {
    auto pool = brood::current_pool();
    std::vector<brood::future<int>> all;
    for (int i = 1; i <= n; ++i) all.push_back(pool.submit(twice, i));
    int sum = 0;
    while (!all.empty()) {
        std::vector<brood::waitable> pending(all.begin(), all.end());
        const auto ready = brood::wait(pending);
        sum += all[ready.front()].get();
        all.erase(all.begin() + static_cast<std::ptrdiff_t>(ready.front()));
    }
    return sum;
}

template <class R>
bool is_cancelled(brood::future<R>& one) {
    try {
        one.get();
        return false;
    } catch (const brood::cancelled&) {
        return true;
    }
}

// Tasks of a task: one that runs, one that is queued (unless the worker that stood in for this one takes it), one that
// has ended.
void cancel_own_tasks(brood::event begun, brood::event never) {
    auto pool = brood::current_pool();
    auto ended = pool.submit(twice, 1);
    ended.wait();
    expect(!ended.cancel(), "what has ended cannot be cancelled");
    expect(ended.get() == 2, "and keeps its value");
    auto runs = pool.submit(begin_and_wait, begun, never);
    begun.wait();
    auto queued = pool.submit(wait_for_go, never);
    expect(queued.cancel(), "a queued one is cancelled");
    expect(is_cancelled(queued), "and says so");
    expect(runs.cancel(), "a running one is cancelled");
    expect(runs.cancel(), "and is so for good");
    expect(is_cancelled(runs), "and says so, too");
    expect(pool.apply(twice, 4) == 8, "the pool goes on");
}

// From several threads, each of them many times.
void cancel_own_tasks_at_once(brood::event begun, brood::event never) {
    auto pool = brood::current_pool();
    auto runs = pool.submit(begin_and_wait, begun, never);
    begun.wait();
    std::atomic<int> told{0};
    const auto cancel = [&] {
        for (int i = 0; i < 50; ++i) told += runs.cancel();
    };
    std::thread other(cancel), third(cancel);
    cancel();
    other.join();
    third.join();
    expect(told == 150, "each is told that it ends: " + std::to_string(told));
    expect(is_cancelled(runs), "and it does");
}

}  // namespace

TEST_CASE("of a pool whose waiting tasks were cancelled nothing stays") {
    const auto use_a_pool = [] {
        brood::pool pool(1);
        brood::event begun, go;
        auto first = pool.submit(begin_and_wait, begun, go);
        begun.wait();
        std::vector<brood::future<void>> others;
        for (int i = 0; i < 100; ++i) others.push_back(pool.submit(wait_for_go, go));
        for (auto& each : others) CHECK(each.cancel());
        go.set();
        first.get();
    };
    { const brood::pool first_of_all(1); }  // what is made once and stays
    const auto before = session_bytes();
    use_a_pool();
    CHECK(comes_true([&] { return session_bytes() <= before; }));
}

TEST_CASE("calls and submissions from several threads find a worker each time, also when all of them sleep") {
    brood::pool pool({.workers = 3});
    std::atomic<int> wrong{0};
    const auto at_odd_times = [&](unsigned seed, auto&& call) {
        std::minstd_rand random(seed);
        for (int i = 0; i < 300; ++i) {
            std::this_thread::sleep_for(std::chrono::microseconds(random() % 400));
            if (call(i) != 2 * i) ++wrong;
        }
    };
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 3; ++seed)
        threads.emplace_back([&, seed] { at_odd_times(seed, [&](int i) { return pool.apply(twice, i); }); });
    at_odd_times(4, [&](int i) { return pool.submit(twice, i).get(); });
    for (auto& each : threads) each.join();
    CHECK(wrong == 0);
}

TEST_CASE("tasks run in other processes and give back values and exceptions") {
    brood::pool pool({.workers = 2});
    CHECK(pool.apply(twice, 21) == 42);
    CHECK(pool.submit([](std::string a, std::string b) { return a + b; }, "ab", "c").get() == "abc");
    CHECK(pool.apply(&account::add, account{40}, 2) == 42);
    CHECK(pool.apply(own_pid) != own_pid());
    CHECK_THROWS_AS(pool.apply([] { throw std::out_of_range("far"); }), std::out_of_range);
    pool.apply([] {});
    CHECK(pool.worker_count() == 2);
    CHECK(pool.worker_pids().size() == 2);
}

TEST_CASE("calls of every small size come back, quick ones and such that last") {
    brood::pool pool({.workers = 2});
    const auto echo = [](const std::string& text) { return text; };
    const auto size_of = [](const std::string& text) { return text.size(); };
    const auto letters = [](std::size_t count) { return std::string(count, 'x'); };
    for (std::size_t size = 0; size < 1200; size += size < 850 || size > 970 ? 17 : 1) {
        const std::string text(size, 'x');
        CHECK(pool.apply(echo, text) == text);
        CHECK(pool.apply(size_of, text) == size);
        CHECK(pool.apply(letters, size) == text);
    }
    const auto last = [](int milliseconds) {
        std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
        return milliseconds;
    };
    for (int i = 0; i < 60; ++i) {
        if (i % 5 == 0) std::this_thread::sleep_for(2ms);  // workers sleep
        CHECK(pool.apply(last, i % 3) == i % 3);
        CHECK_THROWS_AS(pool.apply([](const std::string& text) { throw std::runtime_error(text); }, letters(20)),
                        std::runtime_error);
        CHECK(pool.apply([](int n) { return brood::current_pool().apply(twice, n); }, i) == 2 * i);
    }
}

TEST_CASE("large arguments and results cross") {
    brood::pool pool({.workers = 1});
    std::vector<double> many(1 << 20);
    std::iota(many.begin(), many.end(), 0.0);
    const auto back = pool.apply(
        [](std::vector<double> v) {
            for (auto& x : v) x += 1;
            return v;
        },
        many);
    REQUIRE(back.size() == many.size());
    CHECK(back.front() == 1);
    CHECK(back.back() == many.back() + 1);
}

TEST_CASE("one argument in shared memory serves all tasks") {
    brood::pool pool({.workers = 2});
    const brood::loan<std::vector<int>> table(std::vector<int>(100000, 3));
    const auto sums = pool.map(
        [](std::pair<int, brood::loan<std::vector<int>>> task) {
            return task.second[static_cast<std::size_t>(task.first)];
        },
        std::vector<std::pair<int, brood::loan<std::vector<int>>>>(20, {7, table}));
    CHECK(sums == std::vector<int>(20, 3));
}

TEST_CASE("handles of shared objects cross to workers and back") {
    brood::pool pool({.workers = 1});
    brood::queue<int> q;
    auto same = pool.apply(
        [](brood::queue<int> theirs) {
            theirs.put(5);
            return theirs;
        },
        q);
    CHECK(same == q);
    CHECK(q.get() == 5);
}

TEST_CASE("the initializer runs once in each worker, the finalizer when it ends by itself") {
    brood::queue<std::string> told;
    {
        brood::pool pool({.workers = 2,
                          .initializer = brood::call([](brood::queue<std::string> q) { q.put("begin"); }, told),
                          .finalizer = brood::call([](brood::queue<std::string> q) { q.put("end"); }, told)});
        pool.map(twice, std::vector<int>(50, 1));
    }
    std::multiset<std::string> all;
    while (auto text = told.try_get()) all.insert(*text);
    CHECK(all == std::multiset<std::string>{"begin", "begin", "end", "end"});
}

TEST_CASE("a failing initializer fails the pool with its error, at most one attempt a worker") {
    brood::queue<int> attempts;
    brood::pool pool({.workers = 2,
                      .initializer = brood::call(
                          [](brood::queue<int> q) {
                              q.put(1);
                              throw std::domain_error("no device");
                          },
                          attempts)});
    const auto get = [&] { pool.submit(twice, 1).get(); };
    CHECK_THROWS_AS(get(), std::domain_error);
    CHECK_THROWS_AS(get(), std::domain_error);
    pool.close();
    pool.join();
    CHECK(attempts.size() <= 2);
}

TEST_CASE("state of a worker is made once there") {
    brood::pool pool({.workers = 1});
    for (int i = 0; i < 3; ++i) CHECK(pool.apply(use_device) == 1);
    CHECK(pool.apply([] { return device->uses; }) == 3);
    CHECK(opened::count == 0);
}

TEST_CASE("a worker is replaced after so many tasks, within a chunk, too") {
    brood::pool pool({.workers = 1, .max_tasks_per_worker = 3});
    const auto pids = pool.map([](int) { return own_pid(); }, std::vector<int>(10), {.chunk_size = 10});
    REQUIRE(pids.size() == 10);
    std::map<brood::process_id, int> tasks;
    for (const auto pid : pids) ++tasks[pid];
    CHECK(tasks.size() == 4);
    for (const auto& [pid, count] : tasks) CHECK(count <= 3);
}

TEST_CASE("a worker that grew too much is replaced") {
    brood::pool pool({.workers = 1, .memory_growth_limit = 32 << 20});
    const auto first = pool.apply(own_pid);
    pool.apply([] {
        static std::vector<char> kept;
        kept.assign(64 << 20, 'x');
    });
    CHECK(pool.apply(own_pid) != first);
}

TEST_CASE("idle workers leave when they may, and the next task starts one") {
    brood::pool pool({.workers = 2, .idle_timeout = 20ms});
    CHECK(pool.apply(twice, 1) == 2);
    CHECK(comes_true([&] { return pool.worker_pids().empty(); }));
    CHECK(pool.apply(twice, 2) == 4);
}

TEST_CASE("tasks of higher priority begin first") {
    brood::pool pool({.workers = 1});
    brood::event box;
    brood::queue<int> order;
    brood::event began;
    auto first = pool.submit(
        [](brood::event here, brood::event go) {
            here.set();
            go.wait();
        },
        began, box);
    began.wait();
    const auto note = [](brood::queue<int> q, int what) { q.put(what); };
    std::vector<brood::future<void>> all;
    for (const int priority : {0, 5, -1, 5, 9})
        all.push_back(pool.submit(brood::task_options{.priority = priority}, note, order, priority));
    box.set();
    for (auto& each : all) each.get();
    std::vector<int> came;
    while (auto what = order.try_get()) came.push_back(*what);
    CHECK(came == std::vector{9, 5, 5, 0, -1});
}

TEST_CASE("a queued task can be cancelled, and a running one, whose worker is replaced") {
    brood::pool pool({.workers = 1});
    const brood::event box;
    brood::event began;
    auto running = pool.submit(
        [](brood::event here, brood::event never) {
            here.set();
            never.wait();
        },
        began, box);
    auto queued = pool.submit(twice, 1);
    began.wait();
    CHECK(queued.cancel());
    CHECK_THROWS_AS(queued.get(), brood::cancelled);
    CHECK(running.cancel());
    CHECK_THROWS_AS(running.get(), brood::cancelled);
    CHECK(pool.apply(twice, 4) == 8);
    auto ended = pool.submit(twice, 5);
    ended.wait();
    CHECK_FALSE(ended.cancel());
    CHECK(ended.get() == 10);
}

TEST_CASE("a task that runs too long ends with timeout_error, and others go on") {
    brood::pool pool({.workers = 1, .task_timeout = 100ms});
    auto slow = pool.submit([](brood::event never) { never.wait(); }, brood::event());
    auto quick = pool.submit(twice, 3);
    CHECK_THROWS_AS(slow.get(), brood::timeout_error);
    CHECK(quick.get() == 6);
    auto own = pool.submit(brood::task_options{.timeout = 10s}, twice, 4);
    CHECK(own.get() == 8);
}

TEST_CASE("a time limit holds while another thread waits for something that lasts") {
    brood::pool pool({.workers = 2});
    brood::event begun, never, over;
    const auto last = [](brood::event began, brood::event until) {
        began.set();
        until.wait();
    };
    std::thread patient([&] { pool.apply(last, begun, over); });
    begun.wait();
    std::this_thread::sleep_for(2ms);  // it sleeps
    CHECK_THROWS_AS(pool.apply(brood::task_options{.timeout = 20ms}, last, brood::event(), never),
                    brood::timeout_error);
    over.set();
    patient.join();
}

TEST_CASE("a task is told to stop by a token that crosses") {
    brood::pool pool({.workers = 1});
    brood::event began;
    auto polite = pool.submit(
        [](brood::stop_token stop, brood::event here) {
            here.set();
            while (!stop.stop_requested()) std::this_thread::yield();
            return std::string("stopped");
        },
        began);
    began.wait();
    polite.request_stop();
    CHECK(polite.get() == "stopped");
}

TEST_CASE("tasks submit to their own pool and wait for it") {
    brood::pool pool({.workers = 2});
    CHECK(pool.apply(fibonacci, 8) == 21);
    CHECK(pool.apply(sum_by_map, 100) == 100 * 101);
    brood::pool one({.workers = 1});
    CHECK(one.apply(fibonacci, 6) == 8);
    CHECK_THROWS_AS(brood::current_pool(), std::logic_error);
}

TEST_CASE("a task waits for any of its tasks, and none is missing at work meanwhile") {
    brood::pool pool({.workers = 1});
    CHECK(pool.apply(sum_as_they_come, 5) == 30);
}

TEST_CASE("a task cancels tasks of its own, queued and running ones") {
    brood::pool pool({.workers = 2});
    const brood::event begun, never;
    pool.apply(cancel_own_tasks, begun, never);
    CHECK(pool.apply(twice, 3) == 6);
}

TEST_CASE("threads of a task cancel one task at the same time, and each is told the same") {
    brood::pool pool({.workers = 2});
    for (int i = 0; i < 10; ++i) pool.apply(cancel_own_tasks_at_once, brood::event(), brood::event());
    CHECK(pool.apply(twice, 3) == 6);
}

TEST_CASE("a task may have a pool of its own") {
    brood::pool pool({.workers = 1});
    CHECK(pool.apply([](int n) { return brood::pool({.workers = 1}).apply(twice, n); }, 4) == 8);
}

TEST_CASE("a pool grows and shrinks") {
    brood::pool pool({.workers = 1});
    pool.resize(3);
    CHECK(comes_true([&] { return pool.worker_pids().size() == 3; }));
    pool.resize(1);
    CHECK(comes_true([&] { return pool.worker_pids().size() == 1; }));
    CHECK(pool.apply(twice, 1) == 2);
    CHECK_THROWS_AS(pool.resize(0), std::invalid_argument);
}

TEST_CASE("statistics tell what workers did") {
    brood::pool pool({.workers = 1});
    for (int i = 0; i < 5; ++i) pool.apply(twice, i);
    CHECK(comes_true([&] { return pool.stats().front().tasks == 5; }));
    const auto one = pool.stats().front();
    CHECK(one.pid == pool.worker_pids().front());
    CHECK(one.restarts == 0);
    CHECK(one.idle.count() > 0);
}

TEST_CASE("misuse is told in plain words") {
    CHECK_THROWS_AS(brood::pool({.workers = 0}), std::invalid_argument);
    CHECK_THROWS_AS(brood::pool({.workers = -2}), std::invalid_argument);
    brood::pool pool({.workers = 1});
    CHECK_THROWS_AS(pool.join(), std::logic_error);
    auto last = pool.submit(twice, 1);
    pool.close();
    CHECK_THROWS_AS(pool.submit(twice, 1), std::logic_error);
    pool.join();
    CHECK(last.get() == 2);
    pool.close();
    pool.join();
}

TEST_CASE("what was submitted is done when a pool ends, and a future outlives it") {
    brood::queue<int> done;
    brood::future<int> last;
    {
        brood::pool pool({.workers = 2});
        for (int i = 0; i < 20; ++i)
            static_cast<void>(pool.submit([](brood::queue<int> q, int x) { q.put(x); }, done, i));
        last = pool.submit(twice, 8);
    }
    CHECK(done.size() == 20);
    CHECK(last.get() == 16);
}

TEST_CASE("terminate() is prompt, and what had not ended throws cancelled") {
    brood::pool pool({.workers = 1});
    const brood::event box;
    auto running = pool.submit(wait_for_go, box);
    std::vector<brood::future<int>> queued;
    for (int i = 0; i < 10000; ++i) queued.push_back(pool.submit(twice, i));
    pool.terminate();
    CHECK_THROWS_AS(running.get(), brood::cancelled);
    pool.join();
    int cancelled = 0;
    for (auto& each : queued) {
        try {
            each.get();
        } catch (const brood::cancelled&) {
            ++cancelled;
        }
    }
    CHECK(cancelled == 10000);  // the only worker waits for the box
}

// In a process of its own: its workers stay until that ends.
TEST_CASE("the pool of a process is made once") {
    const auto same_and_right = [] {
        return &brood::default_pool() == &brood::default_pool() && brood::default_pool().apply(twice, 3) == 6;
    };
    CHECK(brood::async(same_and_right).get());
}

TEST_CASE("a pool is used from many threads") {
    brood::pool pool({.workers = 2});
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i)
                if (pool.submit(twice, t * 100 + i).get() == 2 * (t * 100 + i)) ++right;
        });
    for (auto& each : threads) each.join();
    CHECK(right == 200);
}

TEST_CASE("a pool with a limit holds submitters up and loses nothing") {
    brood::pool pool({.workers = 1, .queue_limit = 2});
    std::vector<brood::future<int>> all;
    for (int i = 0; i < 50; ++i) all.push_back(pool.submit(twice, i));
    int sum = 0;
    for (auto& each : all) sum += each.get();
    CHECK(sum == 49 * 50);
}
