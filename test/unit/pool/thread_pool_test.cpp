// SPDX-License-Identifier: MIT
// Threads as workers: all that holds for every pool, and what only they can.
#include <brood/thread_pool.hpp>

#define BROOD_POOL_UNDER_TEST brood::thread_pool
#include "conformance/pool_cases.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>

using namespace std::chrono_literals;

namespace {

// NOLINTNEXTLINE(misc-no-recursion): it is what is tested
int fibonacci(brood::thread_pool& pool, int n) {
    if (n < 2) return n;
    auto one = pool.submit(fibonacci, std::ref(pool), n - 1);
    auto two = pool.submit(fibonacci, std::ref(pool), n - 2);
    return one.get() + two.get();
}

}  // namespace

TEST_CASE("functions may refer to what is theirs, and arguments may be references") {
    brood::thread_pool pool(2);
    std::atomic<int> sum{0};
    pool.map([&](int x) { sum += x; }, pool_cases::numbers(100));
    CHECK(sum == 4950);
    int changed = 0;
    pool.apply([](int& x) { x = 3; }, std::ref(changed));
    CHECK(changed == 3);
    const auto owned = std::make_unique<int>(5);
    CHECK(pool.apply([p = std::make_unique<int>(4)] { return *p; }) == 4);
}

TEST_CASE("tasks that wait for tasks of their own pool never stop it") {
    brood::thread_pool one(1);
    CHECK(fibonacci(one, 10) == 55);
    CHECK(one.submit(fibonacci, std::ref(one), 10).get() == 55);
    CHECK(one.submit([&] { return one.map(pool_cases::twice, pool_cases::numbers(100)); }).get() ==
          pool_cases::doubled(pool_cases::numbers(100)));
    CHECK(one.submit([&] { return one.map_async(pool_cases::twice, pool_cases::numbers(10)).get(); }).get().size() ==
          10);
    CHECK(one.submit([&] { return one.submit(pool_cases::twice, 1).then([](int x) { return x + 1; }).get(); }).get() ==
          3);
    CHECK(one.submit([&] {
                 std::vector<brood::future<int>> many;
                 for (int i = 0; i < 5; ++i) many.push_back(one.submit(pool_cases::twice, i));
                 int sum = 0;
                 for (const auto i : brood::as_completed(many)) sum += many[i].get();
                 return sum + static_cast<int>(brood::when_any(one.submit([] {})).get());
             })
              .get() == 20);
}

TEST_CASE("pools whose tasks wait for each other do not stop") {
    brood::thread_pool a(1), b(1);
    auto result = a.submit([&] { return b.submit([&] { return a.submit(pool_cases::twice, 4).get(); }).get(); });
    CHECK(result.get() == 8);
}

TEST_CASE("a task may submit to its pool after close") {
    brood::thread_pool pool(1);
    const pool_cases::gate door;
    auto result = pool.submit([&] {
        pool_cases::gate::pass(door);
        return pool.submit(pool_cases::twice, 2).get();
    });
    door.entered.wait();
    pool.close();
    door.let_pass();
    CHECK(result.get() == 4);
}

TEST_CASE("of too many threads no more leave than are too many") {
    brood::thread_pool pool(1);
    for (int turn = 0; turn < 50; ++turn) {
        pool.resize(6);
        pool.resize(2);
        CHECK(brood_test::comes_true([&] { return pool.stats().size() <= 2; }));
    }
    CHECK(pool.stats().size() == 2);
}

TEST_CASE("arguments are gone when the result is there") {
    struct witness {
        std::shared_ptr<int> alive;
    };
    brood::thread_pool pool(1);
    auto mark = std::make_shared<int>(1);
    std::weak_ptr<int> watch = mark;
    pool.apply([](const witness&) {}, witness{std::move(mark)});
    CHECK(watch.expired());
}

TEST_CASE("a worker is replaced after its number of tasks, elements of a chunk too") {
    std::mutex lock;
    std::map<std::thread::id, int> ran;
    {
        brood::thread_pool pool(brood::pool_options{.workers = 2, .max_tasks_per_worker = 10});
        pool.map(
            [&](int) {
                const std::lock_guard guard(lock);
                ++ran[std::this_thread::get_id()];
            },
            pool_cases::numbers(100), {.chunk_size = 25});
        CHECK(brood_test::comes_true([&] {
            std::uint64_t restarts = 0;
            for (const auto& worker : pool.stats()) restarts += worker.restarts;
            return restarts >= 8;
        }));
    }
    int all = 0;
    for (const auto& [thread, tasks] : ran) all += tasks;
    CHECK(all == 100);
}

TEST_CASE("idle threads leave after idle_timeout, and the next task starts one") {
    brood::thread_pool pool(brood::pool_options{.workers = 2, .idle_timeout = 1ms});
    CHECK(brood_test::comes_true([&] { return pool.stats().empty(); }));
    CHECK(pool.apply(pool_cases::twice, 2) == 4);
}

TEST_CASE("a finalizer runs in each thread that ends") {
    brood::counting_semaphore ended(0);
    {
        brood::thread_pool pool(brood::pool_options{
            .workers = 2, .finalizer = brood::call([](brood::counting_semaphore count) { count.release(); }, ended)});
        pool.apply([] {});
    }
    CHECK(ended.value() == 2);
}

TEST_CASE("stats tell what each worker does") {
    brood::thread_pool pool(2);
    const pool_cases::gate door;
    auto busy = pool.submit([&] {
        pool_cases::gate::pass(door);
        return brood::thread_pool::worker_id();
    });
    door.entered.wait();
    CHECK(pool.worker_ids() == std::vector{0, 1});
    const auto now = pool.stats();
    CHECK(std::count_if(now.begin(), now.end(),
                        [](const auto& worker) { return worker.state == brood::worker_state::busy; }) == 1);
    CHECK_FALSE(brood::thread_pool::worker_id().has_value());
    door.let_pass();
    CHECK(busy.get().has_value());
    CHECK(brood_test::comes_true([&] {
        std::uint64_t tasks = 0;
        for (const auto& worker : pool.stats()) tasks += worker.tasks;
        return tasks == 1;
    }));
}

TEST_CASE("submitters that wait for a place learn of the end of the pool") {
    brood::thread_pool pool(brood::pool_options{.workers = 1, .queue_limit = 1});
    const pool_cases::gate door;
    auto running = pool.submit(pool_cases::gate::pass, door);
    door.entered.wait();
    auto queued = pool.submit(pool_cases::twice, 1);
    std::thread other([&] { CHECK_THROWS_AS(pool.submit(pool_cases::twice, 2), brood::cancelled); });
    pool.terminate();
    other.join();
    door.let_pass();
    CHECK_THROWS_AS(queued.get(), brood::cancelled);
}

TEST_CASE("a task may end its own pool") {
    brood::thread_pool pool(2);
    auto done = pool.submit([&] {
        pool.close();
        pool.join();
        return 1;
    });
    CHECK(done.get() == 1);
}
