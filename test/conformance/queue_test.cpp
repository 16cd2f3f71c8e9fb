// SPDX-License-Identifier: MIT
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

struct order {
    std::string customer;
    std::map<std::string, int> lines;
    bool operator==(const order&) const = default;
};

std::vector<int> all_of(brood::queue<int>& q) {
    std::vector<int> all;
    while (const auto value = q.try_get()) all.push_back(*value);
    return all;
}

}  // namespace

// QU-01, QU-02
TEST_CASE("a queue with a capacity is full, and after another process drained it, empty") {
    brood::queue<int> q(6);
    for (int i = 0; i < 6; ++i) q.put(i);
    CHECK((q.full() && !q.empty()));
    CHECK_FALSE(q.try_put(6));
    CHECK_FALSE(q.put_for(6, 10ms));
    const auto got = brood::async([](brood::queue<int> theirs) { return all_of(theirs); }, q).get();
    CHECK(got == std::vector{0, 1, 2, 3, 4, 5});
    CHECK((q.empty() && !q.full()));
    CHECK_FALSE(q.try_get());
    CHECK_FALSE(q.get_for(10ms));
}

// QU-03
TEST_CASE("what parent and child put comes in order") {
    brood::queue<int> q;
    for (int i = 0; i < 10; ++i) q.put(i);
    brood::spawn(
        [](brood::queue<int> theirs) {
            for (int i = 10; i < 20; ++i) theirs.put(i);
        },
        q)
        .join();
    auto all = all_of(q);
    std::sort(all.begin(), all.end());
    REQUIRE(all.size() == 20);
    for (int i = 0; i < 20; ++i) CHECK(all[static_cast<std::size_t>(i)] == i);
}

// QU-04
TEST_CASE("size() is exact in every process") {
    brood::queue<int> q;
    CHECK(q.size() == 0);
    const auto sizes = brood::async(
                           [](brood::queue<int> theirs) {
                               std::vector<std::size_t> seen;
                               theirs.put(1);
                               seen.push_back(theirs.size());
                               theirs.put(2);
                               seen.push_back(theirs.size());
                               theirs.get();
                               seen.push_back(theirs.size());
                               return seen;
                           },
                           q)
                           .get();
    CHECK(sizes == std::vector<std::size_t>{1, 2, 1});
    CHECK(q.size() == 1);
}

// QU-05
TEST_CASE("join() waits until workers have done every task") {
    brood::joinable_queue<int> tasks;
    brood::queue<int> results;
    std::vector<brood::process> workers;
    for (int i = 0; i < 2; ++i)
        workers.push_back(brood::spawn(
            [](brood::joinable_queue<int> todo, brood::queue<int> done) {
                for (const int task : todo) {
                    done.put(task * task);
                    todo.task_done();
                }
            },
            tasks, results));
    for (int i = 0; i < 50; ++i) tasks.put(i);
    tasks.join();
    CHECK(results.size() == 50);
    tasks.close();
    for (auto& worker : workers) worker.join();
    int sum = 0;
    for (const int result : all_of(results)) sum += result;
    CHECK(sum == 49 * 50 * 99 / 6);
}

// QU-07
TEST_CASE("get_for gives nothing when the time came, and not before") {
    brood::queue<int> q;
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(q.get_for(50ms));
    CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
}

// QU-10, QU-11
TEST_CASE("a queue that one process closed is closed for all, and gives what is left") {
    brood::queue<int> q;
    brood::async(
        [](brood::queue<int> theirs) {
            theirs.put(1);
            theirs.close();
        },
        q)
        .get();
    CHECK(q.is_closed());
    CHECK_THROWS_AS(q.put(2), brood::queue_closed);
    CHECK_FALSE(q.empty());
    CHECK(q.get() == 1);
    CHECK(q.empty());
    CHECK_THROWS_AS(q.get(), brood::queue_closed);
}

TEST_CASE("values of every kind come as they were put") {
    brood::queue<order> orders;
    brood::queue<std::unique_ptr<std::string>> texts;
    brood::queue<std::vector<double>> blocks;
    const auto child = brood::async(
        [](brood::queue<order> a, brood::queue<std::unique_ptr<std::string>> b, brood::queue<std::vector<double>> c) {
            a.put({"me", {{"tea", 2}, {"milk", 1}}});
            b.put(std::make_unique<std::string>(10'000, 'x'));
            c.put(std::vector<double>(1'000'000, 1.5));
            c.put({});
        },
        orders, texts, blocks);
    CHECK(orders.get() == order{"me", {{"tea", 2}, {"milk", 1}}});
    CHECK(*texts.get() == std::string(10'000, 'x'));
    CHECK(blocks.get() == std::vector<double>(1'000'000, 1.5));
    CHECK(blocks.get().empty());
}

TEST_CASE("a large vector goes through a queue to a process that reads it in place") {
    brood::queue<std::vector<double>> q;
    auto sum = brood::async(
        [](brood::queue<std::vector<double>> theirs) {
            const auto lent = theirs.get_loan();
            const std::span<const double> values = lent;
            return std::accumulate(values.begin(), values.end(), 0.0);
        },
        q);
    const auto count = static_cast<std::size_t>(rounds(4'000'000));
    q.put(std::vector<double>(count, 0.5));
    CHECK(sum.get() == 0.5 * static_cast<double>(count));
}

TEST_CASE("a queue is an argument, a result, and a value of another queue") {
    auto made = brood::async([] {
                    brood::queue<std::string> fresh;
                    fresh.put("hello");
                    return fresh;
                }).get();
    CHECK(made.get() == "hello");
    brood::queue<brood::queue<std::string>> letters;
    const auto child = brood::async(
        [](brood::queue<brood::queue<std::string>> theirs) {
            brood::queue<std::string> answer;
            theirs.put(answer);
            return answer.get();
        },
        letters);
    letters.get().put("back");
    brood::queue<brood::mutex> locks;
    brood::mutex lock;
    locks.put(lock);
    CHECK(brood::async([](brood::queue<brood::mutex> theirs) { return theirs.get().try_lock(); }, locks).get());
    CHECK_THROWS_AS(lock.try_lock(), brood::owner_died);
}

TEST_CASE("several producers and consumers: each value comes once") {
    const int each = rounds(20'000);
    for (const std::size_t capacity : {brood::unbounded, std::size_t{10}}) {
        brood::queue<int> q(capacity);
        std::vector<brood::process> producers;
        std::vector<brood::future<std::vector<int>>> consumers;
        for (int i = 0; i < 2; ++i)
            producers.push_back(brood::spawn(
                [](brood::queue<int> theirs, int first, int count) {
                    for (int n = 0; n < count; ++n) theirs.put(first + n);
                },
                q, i * each, each));
        for (int i = 0; i < 2; ++i)
            consumers.push_back(brood::async(
                [](brood::queue<int> theirs) {
                    std::vector<int> got;
                    for (const int value : theirs) got.push_back(value);
                    return got;
                },
                q));
        for (auto& producer : producers) producer.join();
        q.close();
        std::vector<int> seen(static_cast<std::size_t>(2 * each));
        for (auto& consumer : consumers) {
            int last[2] = {-1, -1};
            for (const int value : consumer.get()) {
                ++seen[static_cast<std::size_t>(value)];
                REQUIRE(last[value / each] < value);
                last[value / each] = value;
            }
        }
        for (const int count : seen) REQUIRE(count == 1);
    }
}

TEST_CASE("a child that put many values can be joined before they are read") {
    const int count = rounds(100'000);
    brood::queue<int> q;
    brood::spawn(
        [](brood::queue<int> theirs, int n) {
            for (int i = 0; i < n; ++i) theirs.put(i);
        },
        q, count)
        .join();
    CHECK(q.size() == static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) REQUIRE(q.get() == i);
    CHECK_THROWS_AS(q.get(), brood::queue_closed);  // nobody is left who could put
}

TEST_CASE("a get ends when the last process that could put has let go of the queue") {
    brood::queue<int> q;
    auto child = brood::spawn(
        [](brood::queue<int> theirs, brood::event done) {
            theirs.put(1);
            { const auto last = std::move(theirs); }
            done.wait();
        },
        q, brood::event());
    CHECK(q.get() == 1);
    // A forked child has all that its parent had, for as long as it lives.
    if (brood::get_start_method() == brood::start_method::fork) child.kill();
    CHECK_THROWS_AS(q.get(), brood::queue_closed);
    child.kill();
}

TEST_CASE("a put into a full queue ends when the last process that could get has ended") {
    brood::queue<int> q(1);
    auto child = brood::spawn([](brood::queue<int> theirs) { theirs.get(); }, q);
    CHECK_THROWS_AS(([&] {
                        for (;;) q.put(1);
                    }()),
                    brood::queue_closed);
    child.join();
}
