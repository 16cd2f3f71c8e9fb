// SPDX-License-Identifier: MIT
// Queues and pipes within one process: order, counts, and the memory that they take and give back.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/session.hpp"

#include <brood/mutex.hpp>
#include <brood/pipe.hpp>
#include <brood/queue.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <variant>
#include <vector>

using namespace std::chrono_literals;

namespace {

// Blocks that the work leaves behind. The page of references comes before.
template <class Work>
std::int64_t blocks_left(Work work) {
    const auto page = brood::arena::make_object(brood::arena::kind::bytes, 8, [](void*) {});
    const auto before = brood::arena::memory_in_use();
    work();
    const auto after = brood::arena::memory_in_use();
    CHECK(after.bytes == before.bytes);
    return static_cast<std::int64_t>(after.blocks) - static_cast<std::int64_t>(before.blocks);
}

struct no_default {
    explicit no_default(int n) : number(n) {}
    int number;
    void save(brood::output_archive& archive) const { archive(number); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<no_default>& construct) {
        int n = 0;
        archive(n);
        construct(n);
    }
};

struct big {
    int number = 0;
    double more[2000] = {};
};

struct stubborn {
    bool refuses = false;
    template <class Archive>
    void serialize(Archive& archive) {
        if (refuses) throw std::runtime_error("not today");
        archive(refuses);
    }
};

std::string text_of(std::mt19937& random) {
    const std::size_t limits[] = {10, 300, 5'000, 100'000};
    return std::string(random() % limits[random() % 4], static_cast<char>('a' + random() % 26));
}

}  // namespace

TEST_CASE("a queue gives numbers in the order in which they were put, however many") {
    CHECK(blocks_left([] {
              brood::queue<int> q;
              std::mt19937 random(3);
              int put = 0, got = 0;
              for (int round = 0; round < 300; ++round) {
                  for (std::uint32_t n = random() % 3000; n > 0; --n) q.put(put++);
                  for (std::uint32_t n = random() % 3000; n > 0 && got < put; --n) REQUIRE(q.get() == got++);
                  REQUIRE(q.size() == static_cast<std::size_t>(put - got));
              }
              while (got < put) REQUIRE(q.get() == got++);
              CHECK(q.empty());
              CHECK_FALSE(q.try_get());
          }) == 0);
}

TEST_CASE("a queue gives texts of all sizes as they were put") {
    CHECK(blocks_left([] {
              brood::queue<std::string> q;
              std::mt19937 random(5), same(5);
              int waiting = 0;
              for (int i = 0; i < 3000; ++i) {
                  q.put(text_of(random));
                  ++waiting;
                  for (; waiting > 20 || (i % 7 == 0 && waiting > 0); --waiting) REQUIRE(q.get() == text_of(same));
              }
              for (; waiting > 0; --waiting) REQUIRE(q.get() == text_of(same));
          }) == 0);
}

// The newest record lies in two places while it is alone.
TEST_CASE("texts come as they were put, whether one is waited for or several wait") {
    brood::queue<std::string> q;
    const auto text = [](std::size_t size, char seed) {
        std::string made(size, seed);
        for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<char>(seed + i);
        return made;
    };
    for (int round = 0; round < 30; ++round)
        for (std::size_t size = 0; size <= 100; ++size) {
            const auto several = (size + static_cast<std::size_t>(round)) % 3;
            for (std::size_t i = 0; i <= several; ++i) q.put(text(size + i, static_cast<char>('a' + round)));
            for (std::size_t i = 0; i <= several; ++i) CHECK(q.get() == text(size + i, static_cast<char>('a' + round)));
        }
}

TEST_CASE("texts that threads pass on one by one are never torn") {
    brood::queue<std::string> there, back;
    std::jthread other([=]() mutable {
        for (const std::string& one : there) back.put(one + one);
        back.close();
    });
    for (int i = 0; i < 3000; ++i) {
        const std::string one(static_cast<std::size_t>(i % 30), static_cast<char>('a' + i % 26));
        there.put(one);
        CHECK(back.get() == one + one);
    }
    there.close();
}

TEST_CASE("a queue that is freed gives back what is left in it") {
    CHECK(blocks_left([] {
              brood::queue<std::vector<double>> q;
              for (std::size_t i = 0; i < 300; ++i) q.put(std::vector<double>(i * 100));
              brood::queue<int> numbers;
              for (int i = 0; i < 100'000; ++i) numbers.put(i);
              brood::queue<brood::queue<int>> of_queues;
              for (int i = 0; i < 50; ++i) {
                  brood::queue<int> inner;
                  inner.put(i);
                  of_queues.put(inner);
              }
          }) == 0);
}

TEST_CASE("shared objects go through a queue") {
    CHECK(blocks_left([] {
              brood::queue<std::vector<brood::mutex>> q;
              const std::vector<brood::mutex> sent(300);
              q.put(sent);
              CHECK((q.get() == sent));
              brood::queue<brood::queue<int>> of_queues;
              {
                  const brood::queue<int> inner;
                  of_queues.put(inner);
              }
              auto inner = of_queues.get();
              inner.put(3);
              CHECK(inner.get() == 3);
          }) == 0);
}

TEST_CASE("values may be move-only, have no default constructor, or nothing in them") {
    brood::queue<std::unique_ptr<int>> unique;
    unique.put(std::make_unique<int>(4));
    CHECK(*unique.get() == 4);
    brood::queue<no_default> made;
    made.put(no_default(7));
    CHECK(made.get().number == 7);
    brood::queue<std::monostate> nothing;
    nothing.put({});
    nothing.put({});
    CHECK(nothing.size() == 2);
    nothing.get();
    nothing.get();
    CHECK(nothing.empty());
}

TEST_CASE("a value that cannot be written is not put, and the queue goes on") {
    brood::queue<stubborn> q(1);
    CHECK_THROWS_AS(q.put({true}), brood::serialization_error);
    CHECK(q.empty());
    CHECK(q.try_put({false}));
    CHECK(q.full());
    CHECK_THROWS_AS(q.put({true}), brood::serialization_error);
    CHECK_FALSE(q.get().refuses);
}

TEST_CASE("a queue with a capacity is full with exactly so many") {
    for (const std::size_t capacity : {1U, 6U, 1000U}) {
        brood::queue<int> q(capacity);
        CHECK(q.capacity() == capacity);
        for (std::size_t i = 0; i < capacity; ++i) CHECK(q.try_put(1));
        CHECK(q.full());
        CHECK_FALSE(q.try_put(1));
        CHECK_FALSE(q.put_for(1, 1ms));
        CHECK_FALSE(q.put_until(1, std::chrono::steady_clock::now()));
        q.get();
        CHECK_FALSE(q.full());
        CHECK(q.put_for(1, 1h));
    }
    CHECK_THROWS_AS(brood::queue<int>(0), std::invalid_argument);
    CHECK_FALSE(brood::queue<int>().full());
}

TEST_CASE("a closed queue takes nothing, gives what is left, and ends loops") {
    brood::queue<std::string> q;
    q.put("a");
    q.put("b");
    q.close();
    q.close();
    CHECK(q.is_closed());
    CHECK_THROWS_AS(q.put("c"), brood::queue_closed);
    CHECK_THROWS_AS(q.try_put("c"), brood::queue_closed);
    std::string all;
    for (const auto& text : q) all += text;
    CHECK(all == "ab");
    CHECK_THROWS_AS(q.get(), brood::queue_closed);
    CHECK_FALSE(q.get_for(1h));
    CHECK_FALSE(q.try_get());
}

TEST_CASE("close() lets go of threads that wait") {
    brood::queue<int> empty, full(1);
    full.put(1);
    std::thread getter([&] { CHECK_THROWS_AS(empty.get(), brood::queue_closed); });
    std::thread putter([&] { CHECK_THROWS_AS(full.put(2), brood::queue_closed); });
    empty.close();
    full.close();
    getter.join();
    putter.join();
    CHECK(full.get() == 1);
}

TEST_CASE("several threads put and get, and each value comes once") {
    for (const std::size_t capacity : {brood::unbounded, std::size_t{3}}) {
        constexpr int each = 20'000;
        brood::queue<int> q(capacity);
        std::vector<std::atomic<int>> seen(3 * each);
        std::vector<std::thread> producers, consumers;
        for (int p = 0; p < 3; ++p)
            producers.emplace_back([&, p] {
                for (int i = 0; i < each; ++i) q.put(p * each + i);
            });
        for (int c = 0; c < 3; ++c)
            consumers.emplace_back([&] {
                int last[3] = {-1, -1, -1};
                for (const int value : q) {
                    ++seen[static_cast<std::size_t>(value)];
                    CHECK(last[value / each] < value);
                    last[value / each] = value;
                }
            });
        for (auto& one : producers) one.join();
        q.close();
        for (auto& one : consumers) one.join();
        for (const auto& count : seen) REQUIRE(count.load() == 1);
    }
}

TEST_CASE("join() waits until every task is done") {
    brood::joinable_queue<int> q;
    q.join();
    CHECK_THROWS_AS(q.task_done(), std::logic_error);
    for (int i = 0; i < 100; ++i) q.put(i);
    CHECK_FALSE(q.join_for(1ms));
    std::thread worker([&] {
        for (int i = 0; i < 100; ++i) {
            q.get();
            q.task_done();
        }
    });
    q.join();
    worker.join();
    CHECK_THROWS_AS(q.task_done(), std::logic_error);
}

TEST_CASE("what the ends of a pipe send arrives at the other one") {
    CHECK(blocks_left([] {
              auto [a, b] = brood::pipe<std::string>();
              a.send("to b");
              b.send("to a");
              CHECK(a.poll());
              CHECK(a.recv() == "to a");
              CHECK(b.recv_for(1h) == "to b");
              CHECK_FALSE(a.try_recv());
              CHECK_FALSE(a.recv_for(1ms));
              CHECK_FALSE(a.poll());
              CHECK_FALSE(a.poll(1ms));
              b.send(std::string(1'000'000, 'x'));
              CHECK(a.recv().size() == 1'000'000);
              a.send("left behind");
          }) == 0);
}

TEST_CASE("an end that was closed is the end of the stream for the other") {
    CHECK(blocks_left([] {
              auto [a, b] = brood::pipe<int>();
              auto copy = a;
              a.send(1);
              a.close();
              a.close();
              CHECK(a.is_closed());
              CHECK_THROWS_AS(a.send(2), std::logic_error);
              copy.send(2);
              copy.close();
              CHECK(b.recv() == 1);
              CHECK(b.poll());
              CHECK(b.recv() == 2);
              CHECK(b.poll());
              CHECK_THROWS_AS(b.recv(), brood::end_of_stream);
              CHECK_THROWS_AS(b.try_recv(), brood::end_of_stream);
              CHECK_THROWS_AS(b.send(3), brood::end_of_stream);
          }) == 0);
}

TEST_CASE("an end of one pipe goes through another pipe") {
    CHECK(blocks_left([] {
              auto [a, b] = brood::pipe<std::optional<brood::connection<int>>>();
              auto [c, d] = brood::pipe<int>();
              a.send(c);
              c.close();
              auto got = b.recv();
              d.send(5);
              CHECK(got->recv() == 5);
          }) == 0);
}

TEST_CASE("the ends of a one-way pipe read or write") {
    auto [reader, writer] = brood::pipe<int>(brood::one_way);
    writer.send(1);
    CHECK(reader.recv() == 1);
    CHECK_THROWS_AS(writer.recv(), std::logic_error);
    CHECK_THROWS_AS(writer.poll(), std::logic_error);
    CHECK_THROWS_AS(reader.send(1), std::logic_error);
    CHECK((reader.readable() && !reader.writable() && writer.writable() && !writer.readable()));
    reader.close();
    CHECK_THROWS_AS(writer.send(2), brood::end_of_stream);
}

TEST_CASE("a large vector is read where it lies in shared memory, while the loan lives") {
    CHECK(blocks_left([] {
              brood::queue<std::vector<double>> q;
              const std::vector<double> sent(1'000'000, 2.5);
              q.put(sent);
              const auto before = brood::arena::memory_in_use();
              auto lent = q.get_loan();
              CHECK(brood::arena::memory_in_use().bytes == before.bytes);
              CHECK(std::equal(lent.begin(), lent.end(), sent.begin(), sent.end()));
              const auto copy = lent;
              lent = {};
              CHECK(copy.back() == 2.5);
          }) == 0);
}

TEST_CASE("values of all sizes and forms can be got as loans") {
    CHECK(blocks_left([] {
              brood::queue<std::vector<int>> vectors;
              for (const std::size_t size : {0U, 1U, 1024U, 1025U, 100'000U}) {
                  vectors.put(std::vector<int>(size, 3));
                  const auto lent = vectors.get_loan_for(1h);
                  CHECK((lent && lent->size() == size && (size == 0 || lent->back() == 3)));
              }
              CHECK_FALSE(vectors.try_get_loan());
              CHECK_FALSE(vectors.get_loan_until(std::chrono::steady_clock::now()));
              brood::queue<std::string> texts;
              texts.put(std::string(10'000, 'x'));
              CHECK(texts.get_loan()->size() == 10'000);
              brood::queue<big> objects;
              objects.put({5, {}});
              CHECK(objects.get_loan()->number == 5);
              objects.put({6, {}});
              CHECK(objects.get().number == 6);
              brood::queue<int> numbers;
              numbers.put(7);
              CHECK(*numbers.get_loan() == 7);
              numbers.close();
              CHECK_THROWS_AS(numbers.get_loan(), brood::queue_closed);
              auto [a, b] = brood::pipe<std::vector<int>>();
              a.send(std::vector<int>(5000, 8));
              CHECK(b.recv_loan()[4999] == 8);
              CHECK_FALSE(b.try_recv_loan());
              CHECK_FALSE(b.recv_loan_for(1ms));
              a.close();
              CHECK_THROWS_AS(b.recv_loan(), brood::end_of_stream);
          }) == 0);
}

TEST_CASE("an empty queue takes little memory") {
    const brood::queue<int> q;
    const auto before = brood::arena::memory_in_use().bytes;
    const brood::queue<std::string> other;
    CHECK(brood::arena::memory_in_use().bytes - before < 8192);
}
