// SPDX-License-Identifier: MIT
// Waiting for any of many things: each kind alone, several kinds at once, many of them, and what ends in a process.
#include "mailbox.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <array>
#include <atomic>
#include <deque>
#include <doctest/doctest.h>
#include <functional>
#include <list>
#include <thread>

using namespace brood_test;
using namespace std::chrono_literals;
using indices = std::vector<std::size_t>;

namespace {

void wait_for_word(const mailbox& word) { word.wait(); }

std::string fresh_name() { return "brood-wait-" + new_mark(); }

}  // namespace

TEST_CASE("a wait for nothing is over at once") {
    CHECK(brood::wait({}).empty());
    CHECK(brood::wait(std::vector<brood::event>()).empty());
}

TEST_CASE("a process and its sentinel are ready when it has ended") {
    const auto word = mailbox::make();
    auto child = brood::spawn(wait_for_word, word);
    CHECK(brood::wait({child}, 0s).empty());
    CHECK(brood::wait({child, child.sentinel()}, 10ms).empty());
    word.send();
    CHECK_FALSE(brood::wait({child}).empty());
    CHECK(brood::wait({child, child.sentinel()}) == indices{0, 1});
    child.join();
    CHECK(brood::wait({child.sentinel(), child}) == indices{0, 1});
}

TEST_CASE("a killed process is ready") {
    auto child = brood::spawn([] { idle(); });
    brood::queue<int> queue;
    child.kill();
    CHECK(brood::wait({queue, child}) == indices{1});
}

TEST_CASE("a future is ready when its result is there, or its process has died") {
    const auto word = mailbox::make();
    auto waits = brood::async([](const mailbox& from) { return from.receive(); }, word);
    auto dies = brood::async([] { crash(); });
    CHECK(brood::wait({waits, dies}) == indices{1});
    CHECK_THROWS_AS(dies.get(), brood::process_died);
    word.send("news");
    CHECK(brood::wait({waits}) == indices{0});
    CHECK(waits.get() == "news");
    CHECK_THROWS_AS(brood::wait({waits}), std::future_error);
}

TEST_CASE("a queue is ready when it has a value or never will") {
    brood::queue<std::string> queue, other;
    CHECK(brood::wait({queue, other}, 0s).empty());
    CHECK(brood::wait({queue, other}, 10ms).empty());
    queue.put("own");  // who puts itself goes on waiting when a forked child is gone
    queue.get();
    auto child = brood::spawn([](brood::queue<std::string> to) { to.put("value"); }, other);
    CHECK(brood::wait({queue, other}) == indices{1});
    CHECK(other.get() == "value");
    queue.close();
    CHECK(brood::wait({queue}) == indices{0});
}

TEST_CASE("a queue of which all other processes are gone is ready") {
    brood::queue<int> queue;
    const auto word = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& ready, brood::queue<int>) {
            ready.send();
            idle();
        },
        word, queue);
    word.wait();
    std::thread later([&] { child.kill(); });
    CHECK(brood::wait({queue}) == indices{0});
    CHECK_THROWS_AS(queue.get(), brood::queue_closed);
    later.join();
}

TEST_CASE("a connection is ready when it has a value or its other end is gone") {
    auto [a, b] = brood::pipe<int>();
    CHECK(brood::wait({a, b}, 5ms).empty());
    a.send(1);
    CHECK(brood::wait({a, b}) == indices{1});
    CHECK(b.recv() == 1);
    auto child = brood::spawn([](const brood::connection<int>&) {}, a);
    a.close();
    child.join();
    CHECK(brood::wait({b}) == indices{0});
    CHECK_THROWS_AS(b.recv(), brood::end_of_stream);
    CHECK_THROWS_AS(brood::wait({a}), std::logic_error);
}

TEST_CASE("a byte_connection is ready when there is something to receive") {
    const auto [a, b] = brood::byte_pipe();
    CHECK(brood::wait({a, b}, 5ms).empty());
    a.send_bytes("");
    CHECK(brood::wait({a, b}) == indices{1});
    CHECK(brood::wait({a, b}) == indices{1});
    CHECK(b.recv_bytes().empty());
    CHECK(brood::wait({b}, 0s).empty());
    a.close();
    CHECK(brood::wait({b}) == indices{0});
    CHECK_THROWS_AS(brood::wait({a}), std::logic_error);
    CHECK_THROWS_AS(brood::wait({brood::byte_connection()}), std::logic_error);
}

TEST_CASE("a message that was too long for its receiver makes a connection ready") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("12345");
    std::array<std::byte, 2> small{};
    CHECK_THROWS_AS(b.recv_bytes_into(small), brood::buffer_too_short);
    CHECK(brood::wait({b}, 0s) == indices{0});
    CHECK(b.recv_bytes().size() == 5);
}

TEST_CASE("an event is ready when it is set, or was meanwhile") {
    brood::event event, other;
    CHECK(brood::wait({event, other}, 5ms).empty());
    std::atomic<bool> seen{false};
    std::thread flickers([&] {
        while (!seen) {
            event.set();
            event.clear();
            std::this_thread::yield();
        }
    });
    CHECK(brood::wait({event, other}) == indices{0});
    seen = true;
    flickers.join();
    other.set();
    CHECK(brood::wait({event, other}) == indices{1});
}

TEST_CASE("a listener is ready when accept gives somebody or throws") {
    for (const auto& where : {brood::tcp("127.0.0.1", 0), brood::local(fresh_name())}) {
        brood::queue<int> queue;
        brood::listener listener(where, {.authkey = "key", .handshake_timeout = 1h});
        CHECK(brood::wait({listener}, 0s).empty());
        // With a thread beside it that sleeps for the queue, and without.
        std::optional<brood::byte_connection> client;
        std::thread connects([&] { client = brood::connect(listener.address(), {.authkey = "key"}); });
        CHECK(brood::wait({queue, listener}) == indices{1});
        CHECK(listener.accept_for(0s));
        connects.join();
        CHECK(brood::wait({listener}, 5ms).empty());
        listener.close();
        CHECK_THROWS_AS(brood::wait({listener}), std::logic_error);
    }
}

TEST_CASE("a client that does not prove anything in time makes a listener ready") {
    for (const auto& where : {brood::tcp("127.0.0.1", 0), brood::local(fresh_name())}) {
        brood::listener listener(where, {.authkey = "key", .handshake_timeout = 20ms});
        const brood::queue<int> queue;
        const auto silent = brood::connect(listener.address());
        CHECK(!brood::wait({listener, queue}).empty());
        CHECK(brood::wait({listener, listener, queue}) == indices{0, 1});
        CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
        CHECK(brood::wait({listener}, 5ms).empty());
    }
}

TEST_CASE("close in another thread ends a wait for a listener") {
    brood::listener listener(brood::tcp("127.0.0.1", 0));
    const brood::event event;
    std::thread closes([&] { listener.close(); });
    try {
        const auto ready = brood::wait({event, listener});
        CHECK(ready == indices{1});
    } catch (const std::logic_error&) {  // it was closed first
    }
    closes.join();
}

TEST_CASE("all kinds are waited for at once") {
    const auto word = mailbox::make(), other = mailbox::make();
    auto child = brood::spawn(wait_for_word, word);
    auto future = brood::async(wait_for_word, other);
    brood::queue<int> queue;
    brood::event event;
    auto [reader, writer] = brood::pipe<int>(brood::one_way);
    const auto [a, b] = brood::byte_pipe();
    brood::listener listener(brood::local(fresh_name()));
    const std::vector<brood::waitable> all{child, child.sentinel(), future, queue, event, reader, b, listener};
    CHECK(brood::wait(all, 5ms).empty());
    queue.put(1);
    CHECK(brood::wait(all) == indices{3});
    event.set();
    CHECK(brood::wait(all) == indices{3, 4});
    writer.send(1);
    a.send_bytes("x");
    CHECK(brood::wait(all) == indices{3, 4, 5, 6});
    const auto client = brood::connect(listener.address());
    CHECK(brood::wait(all) == indices{3, 4, 5, 6, 7});
    word.send();
    other.send();
    child.join();
    future.wait();
    CHECK(brood::wait(all) == indices{0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("each kind ends a wait for the others") {
    brood::queue<int> queue;
    const auto [a, b] = brood::byte_pipe();
    brood::event event;
    const std::vector<std::function<void()>> changes{[&] { queue.put(1); }, [&, to = a] { to.send_bytes("x"); },
                                                     [&] { event.set(); }};
    const std::vector<std::function<void()>> undo{[&] { queue.get(); }, [&, from = b] { from.recv_bytes(); },
                                                  [&] { event.clear(); }};
    for (int i = 0; i < rounds(300); ++i) {
        const auto which = static_cast<std::size_t>(i) % changes.size();
        std::thread later([&] {
            if (i % 2 == 0) std::this_thread::yield();
            changes[which]();
        });
        CHECK(brood::wait({queue, b, event}) == indices{which});
        later.join();
        undo[which]();
    }
}

TEST_CASE("hundreds of things are waited for") {
    std::deque<brood::byte_connection> ours, theirs;
    std::deque<brood::queue<int>> queues(200);
    std::deque<brood::event> events(200);
    for (int i = 0; i < 200; ++i) {
        auto [a, b] = brood::byte_pipe();
        ours.push_back(a);
        theirs.push_back(b);
    }
    CHECK(brood::wait(ours, 5ms).empty());
    for (const std::size_t which : {0u, 63u, 64u, 199u}) {
        std::thread later([&] { theirs[which].send_bytes("x"); });
        CHECK(brood::wait(ours) == indices{which});
        later.join();
        ours[which].recv_bytes();
    }
    std::vector<brood::waitable> all(ours.begin(), ours.end());
    all.insert(all.end(), queues.begin(), queues.end());
    all.insert(all.end(), events.begin(), events.end());
    for (const std::size_t which : {0u, 70u, 199u}) {
        std::thread one([&] { queues[which].put(1); });
        CHECK(brood::wait(all) == indices{200 + which});
        one.join();
        queues[which].get();
        std::thread two([&] { theirs[which].send_bytes("x"); });
        CHECK(brood::wait(all) == indices{which});
        two.join();
        ours[which].recv_bytes();
    }
}

TEST_CASE("a value that was put is not missed, whoever waits") {
    brood::queue<int> queue;
    const auto [a, b] = brood::byte_pipe();
    std::atomic<int> got{0};
    constexpr int values = 600;
    const auto work = [&] {
        for (;;) {
            const auto ready = brood::wait({queue, b});
            while (queue.try_get()) ++got;
            if (ready.back() == 1) return;
        }
    };
    std::thread one(work), two(work), three([&] {
        for (const int value : queue) got += value;
    });
    for (int i = 0; i < values; ++i) {
        queue.put(1);
        if (i % 16 == 0) std::this_thread::yield();
    }
    CHECK(comes_true([&] { return got == values; }));
    a.send_bytes("end");
    queue.close();
    one.join();
    two.join();
    three.join();
    CHECK(got == values);
}

TEST_CASE("things may be given in any way") {
    brood::event a, b;
    b.set();
    const std::list<brood::event> list{a, b};
    CHECK(brood::wait(list) == indices{1});
    const std::vector<brood::event*> pointers{&a, &b};
    CHECK(brood::wait(pointers, 1s) == indices{1});
    const std::vector<std::reference_wrapper<const brood::event>> references{a, b};
    CHECK(brood::wait(references) == indices{1});
    const std::array<brood::waitable, 2> things{a, b};
    CHECK(brood::wait(things) == indices{1});
    CHECK(brood::wait_until({a, b}, std::chrono::steady_clock::now()) == indices{1});
    std::vector<brood::process> children;
    for (int i = 0; i < 3; ++i) children.push_back(brood::spawn([] {}));
    CHECK_FALSE(brood::wait(children).empty());
}

TEST_CASE("a child waits for what its parent has") {
    brood::queue<int> queue;
    brood::event event;
    const auto [a, b] = brood::byte_pipe();
    auto which = brood::async(
        [](const brood::queue<int>& values, const brood::event& set, const brood::byte_connection& bytes) {
            return brood::wait({values, set, bytes});
        },
        queue, event, b);
    event.set();
    CHECK(which.get() == indices{1});
}
