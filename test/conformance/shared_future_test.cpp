// SPDX-License-Identifier: MIT
// Shared futures in other processes than the one where the result comes in.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using brood_test::expect;

namespace {

int after(brood::event go, int value) {
    go.wait();
    return value;
}
int twice(int n) { return 2 * n; }
int get_from(brood::shared_future<int> result) { return result.get(); }
int get_twice(brood::shared_future<int> result) { return result.get() + result.get(); }

int take_from_queue(brood::queue<brood::shared_future<int>> from) { return from.get().get(); }
void pass_on(brood::shared_future<int> result, brood::queue<brood::shared_future<int>> to) { to.put(result); }

std::string what_comes(brood::shared_future<int> result) {
    try {
        result.get();
        return "a value";
    } catch (const std::out_of_range& e) {
        return std::string("out_of_range: ") + e.what();
    } catch (const brood::process_died&) {
        return "process_died";
    } catch (const brood::serialization_error&) {
        return "serialization_error";
    }
}

// Makes a result that never comes, and sends it away.
void promise_in_vain(brood::queue<brood::shared_future<int>> to, brood::event never) {
    brood::thread_pool pool({.workers = 1});
    to.put(pool.submit(after, never, 1).share());
    never.wait();
}

}  // namespace

TEST_CASE("a shared future gives its result to any number of processes, before and after it is there") {
    brood::event go;
    const auto result = brood::async(after, go, 21).share();
    auto first = brood::async(get_twice, result);
    auto second = brood::async(get_from, result);
    CHECK(second.wait_for(0s) == std::future_status::timeout);
    go.set();
    CHECK(first.get() == 42);
    CHECK(second.get() == 21);
    CHECK(result.get() == 21);
    CHECK(brood::async(get_from, result).get() == 21);
}

TEST_CASE("an empty shared future crosses as an empty one") {
    CHECK_FALSE(
        brood::async([](brood::shared_future<int> empty) { return empty.valid(); }, brood::shared_future<int>()).get());
}

TEST_CASE("a shared future goes through queues, from process to process, and outlives its copies at home") {
    brood::event go;
    brood::queue<brood::shared_future<int>> there, back;
    auto reader = brood::async(take_from_queue, back);
    {
        const auto result = brood::async(after, go, 7).share();
        brood::process(pass_on, result, back).start();
        there.put(result);
    }
    const auto copy = there.get();
    go.set();
    CHECK(reader.get() == 7);
    CHECK(copy.get() == 7);
}

TEST_CASE("what a shared future's work throws comes as its own type, and void comes as nothing") {
    const auto bad = brood::async([](int n) -> int { throw std::out_of_range("at " + std::to_string(n)); }, 5).share();
    CHECK(brood::async(what_comes, bad).get() == "out_of_range: at 5");
    const auto nothing = brood::async([] {}).share();
    brood::async([](brood::shared_future<void> done) { done.get(); }, nothing).get();
}

TEST_CASE("large results and results that are objects in shared memory reach those who ask, and stay as long") {
    const auto large = brood::async([] { return std::vector<int>(1 << 20, 3); }).share();
    const auto sum = [](brood::shared_future<std::vector<int>> v) {
        return std::accumulate(v.get().begin(), v.get().end(), 0LL);
    };
    auto first = brood::async(sum, large), second = brood::async(sum, large);
    CHECK(first.get() == 3LL << 20);
    CHECK(second.get() == 3LL << 20);
    const auto made = brood::async([] {
                          brood::queue<int> full;
                          full.put(11);
                          return full;
                      }).share();
    CHECK(brood::async([](brood::shared_future<brood::queue<int>> q) { return brood::queue<int>(q.get()).get(); }, made)
              .get() == 11);
}

TEST_CASE("tasks of a pool wait for a task of the same pool, though it has one worker") {
    brood::pool pool({.workers = 1});
    brood::event go;
    const auto result = pool.submit(after, go, 4).share();
    std::vector<brood::future<int>> all;
    for (int i = 0; i < 5; ++i) all.push_back(pool.submit(get_twice, result));
    go.set();
    for (auto& one : all) CHECK(one.get() == 8);
    const auto last = pool.submit(twice, 1).share();
    CHECK(pool.map([](brood::shared_future<int> r) { return r.get(); }, std::vector(10, last)) == std::vector(10, 2));
}

TEST_CASE("shared futures of another process are waited for among other things") {
    brood::event go;
    std::vector<brood::shared_future<int>> both{brood::async(after, brood::event(), 1).share(),
                                                brood::async(after, go, 2).share()};
    const auto first_ready = [](std::vector<brood::shared_future<int>> all, brood::event told) {
        told.set();
        const std::vector<brood::waitable> pending(all.begin(), all.end());
        return brood::wait(pending);
    };
    const brood::event told;
    auto ready = brood::async(first_ready, both, told);
    auto in_order = brood::async(
        [](std::vector<brood::shared_future<int>> all) {
            for (const std::size_t one : brood::as_completed(all)) return one;
            return all.size();
        },
        both);
    told.wait();
    go.set();
    CHECK(ready.get() == std::vector<std::size_t>{1});
    CHECK(in_order.get() == 1);
    both[0].cancel();
}

TEST_CASE("when the process that was to give a result dies, all others that wait for it are told") {
    brood::queue<brood::shared_future<int>> box;
    brood::process maker(promise_in_vain, box, brood::event());
    maker.start();
    const auto result = box.get();
    auto waits = brood::async(what_comes, result);
    CHECK_FALSE(result.ready());
    CHECK_FALSE(brood::shared_future<int>(result).cancel());
    maker.kill();
    CHECK_THROWS_AS(result.get(), brood::process_died);
    CHECK(waits.get() == "process_died");
    maker.join();
    CHECK(brood::async(what_comes, result).get() == "process_died");
}

namespace {

// Its value is written once, for its pool, and then no more.
struct written_never {
    int value = 0;
    template <class Archive>
    void save(Archive&) const {
        throw std::runtime_error("not today");
    }
    template <class Archive>
    void load(Archive&) {}
};

}  // namespace

TEST_CASE("a result that cannot be written is a serialization_error in every other process, and a value at home") {
    brood::thread_pool threads({.workers = 1});
    const auto result = threads.submit([] { return written_never{3}; }).share();
    CHECK(result.get().value == 3);
    CHECK_THROWS_AS(brood::async(
                        {.start_method = brood::start_method::spawn},
                        [](brood::shared_future<written_never> r) { r.get(); }, result)
                        .get(),
                    brood::serialization_error);
}
