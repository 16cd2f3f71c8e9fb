// SPDX-License-Identifier: MIT
// Connections of bytes: messages, limits, crossing to other processes, and the end of who holds the other end.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;
using brood::byte_connection;

namespace {

std::string text_of(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string receive(const byte_connection& from) { return text_of(from.recv_bytes()); }

std::vector<std::byte> some_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 7 + (i >> 8));
    return bytes;
}

bool at_end(const byte_connection& connection) {
    try {
        connection.recv_bytes();
    } catch (const brood::end_of_stream&) {
        return true;
    }
    return false;
}

void echo_messages(const byte_connection& with) {
    try {
        for (;;) with.send_bytes(with.recv_bytes());
    } catch (const brood::end_of_stream&) {
    }
}

}  // namespace

TEST_CASE("a message arrives as it was sent, in both directions") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("hello");
    b.send_bytes("and you");
    CHECK(receive(b) == "hello");
    CHECK(receive(a) == "and you");
}

TEST_CASE("messages keep their bounds, also without any bytes") {
    const auto [a, b] = brood::byte_pipe();
    for (const auto* text : {"one", "", "", "two"}) a.send_bytes(std::string_view(text));
    CHECK(receive(b) == "one");
    CHECK(b.poll());
    CHECK(b.poll());
    CHECK(receive(b).empty());
    CHECK(receive(b).empty());
    CHECK(receive(b) == "two");
    CHECK_FALSE(b.poll());
}

TEST_CASE("messages of all sizes arrive") {
    const auto [a, b] = brood::byte_pipe();
    const std::vector<std::size_t> sizes{0, 1, 127, 128, 129, 16384, 16385, 65535, 65536, 65537, 1 << 20, 40'000'001};
    std::thread sender([&, to = a] {
        for (const auto size : sizes) to.send_bytes(some_bytes(size));
    });
    for (const auto size : sizes) CHECK((b.recv_bytes() == some_bytes(size)));
    sender.join();
}

TEST_CASE("a receive with a time limit ends with it, and loses nothing") {
    const auto [a, b] = brood::byte_pipe();
    CHECK_FALSE(b.try_recv_bytes());
    CHECK_FALSE(b.recv_bytes_for(10ms));
    CHECK_FALSE(b.recv_bytes_for(-1h));
    CHECK_FALSE(b.recv_bytes_until(std::chrono::steady_clock::now() + 1ms));
    std::byte room[4];
    CHECK_FALSE(b.recv_bytes_into_for(room, 1ms));
    CHECK_FALSE(b.poll(10ms));
    a.send_bytes("x");
    CHECK(b.poll(std::chrono::hours::max()));
    CHECK(text_of(*b.recv_bytes_for(std::chrono::hours::max())) == "x");
}

TEST_CASE("a send with a time limit gives up when nobody receives") {
    const auto [a, b] = brood::byte_pipe();
    const auto part = some_bytes(1000);
    std::size_t sent = 0;
    try {
        while (a.send_bytes_for(part, 10ms)) ++sent;
        CHECK(a.is_open());
    } catch (const brood::timeout_error&) {  // the time was over in the middle of one
        CHECK_FALSE(a.is_open());
    }
    for (std::size_t i = 0; i < sent; ++i) CHECK((b.recv_bytes() == part));
}

TEST_CASE("a message may be received into memory of the caller") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("abc");
    std::byte room[3];
    CHECK(b.recv_bytes_into(room) == 3);
    CHECK(room[2] == std::byte{'c'});
    a.send_bytes("");
    CHECK(b.recv_bytes_into({}) == 0);
}

TEST_CASE("a message that does not fit is not lost") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("abcd");
    a.send_bytes("next");
    std::byte room[3];
    for (int i = 0; i < 2; ++i) {
        try {
            b.recv_bytes_into(room);
            FAIL("it fitted");
        } catch (const brood::buffer_too_short& e) {
            CHECK(e.message_size() == 4);
        }
        CHECK(b.poll());
    }
    CHECK(receive(b) == "abcd");
    CHECK(receive(b) == "next");
}

TEST_CASE("a message longer than the limit closes the connection") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("12345");
    CHECK(text_of(b.recv_bytes(5)) == "12345");
    a.send_bytes("123456");
    CHECK_THROWS_AS(b.recv_bytes(5), std::length_error);
    CHECK_FALSE(b.is_open());
    CHECK_THROWS_AS(b.recv_bytes(), std::logic_error);
    CHECK(at_end(a));
    const auto [c, d] = brood::byte_pipe();
    std::thread sender([&, to = c] { CHECK_THROWS_AS(to.send_bytes(some_bytes(10'000'000)), brood::end_of_stream); });
    CHECK_THROWS_AS(d.recv_bytes(100'000), std::length_error);
    sender.join();
}

TEST_CASE("a closed end is the end of the other, after what was sent") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("last");
    CHECK(a.is_open());
    a.close();
    a.close();
    CHECK_FALSE(a.is_open());
    CHECK(b.poll());
    CHECK(receive(b) == "last");
    CHECK(b.poll());
    CHECK_THROWS_AS(b.recv_bytes(), brood::end_of_stream);
    CHECK_THROWS_AS(b.try_recv_bytes(), brood::end_of_stream);
    CHECK(b.is_open());
}

TEST_CASE("sending to nobody throws") {
    const auto [a, b] = brood::byte_pipe();
    b.close();
    CHECK_THROWS_AS(a.send_bytes("x"), brood::end_of_stream);
    CHECK_THROWS_AS(a.send_bytes_for("x", 1s), brood::end_of_stream);
}

TEST_CASE("use of an empty or closed connection is a mistake") {
    const byte_connection empty;
    CHECK_FALSE(empty.is_open());
    empty.close();
    const auto [closed, other] = brood::byte_pipe();
    closed.close();
    std::byte room[1];
    for (const auto* one : {&empty, &closed}) {
        CHECK_THROWS_AS(one->send_bytes("x"), std::logic_error);
        CHECK_THROWS_AS(one->send_bytes_for("x", 1s), std::logic_error);
        CHECK_THROWS_AS(one->recv_bytes(), std::logic_error);
        CHECK_THROWS_AS(one->try_recv_bytes(), std::logic_error);
        CHECK_THROWS_AS(one->recv_bytes_into(room), std::logic_error);
        CHECK_THROWS_AS(one->poll(), std::logic_error);
        CHECK_THROWS_AS(one->native_handle(), std::logic_error);
    }
}

TEST_CASE("copies share one connection") {
    auto [a, b] = brood::byte_pipe();
    auto copy = a;
    a = {};
    copy.send_bytes("still open");
    CHECK(receive(b) == "still open");
    const auto second = copy;
    second.close();
    CHECK_FALSE(copy.is_open());
    CHECK(at_end(b));
}

TEST_CASE("threads take turns at one end") {
    const auto [a, b] = brood::byte_pipe();
    constexpr int messages = 200;
    std::vector<std::thread> threads;
    for (const char who : {'x', 'y', 'z'})
        threads.emplace_back([to = a, who] {
            for (int i = 0; i < messages; ++i) to.send_bytes(std::string(static_cast<std::size_t>(i * 50), who));
        });
    std::atomic<std::size_t> mixed{0}, bytes{0};
    for (int reader = 0; reader < 2; ++reader)
        threads.emplace_back([&, from = b] {
            while (bytes < 3u * 50 * messages * (messages - 1) / 2) {
                const auto message = from.recv_bytes_for(10ms);
                if (!message || message->empty()) continue;
                mixed += message->front() != message->back();
                bytes += message->size();
            }
        });
    for (auto& one : threads) one.join();
    CHECK(mixed == 0);
}

TEST_CASE("a connection is an argument") {
    const auto [ours, theirs] = brood::byte_pipe();
    auto child = brood::spawn(echo_messages, theirs);
    theirs.close();
    for (const auto* text : {"hello", "", "bye"}) {
        ours.send_bytes(std::string_view(text));
        CHECK(receive(ours) == text);
    }
    const auto large = some_bytes(3'000'000);
    ours.send_bytes(std::span(large).first(200'000));
    CHECK(ours.recv_bytes().size() == 200'000);
    if (brood::get_start_method() != brood::start_method::fork) {  // a forked child holds our end as well
        ours.close();
        child.join();
        CHECK(child.exit_code() == 0);
    } else {
        child.kill();
    }
}

TEST_CASE("a connection is a result") {
    const auto back = brood::async([] {
                          auto [a, b] = brood::byte_pipe();
                          a.send_bytes("from the one that made it");
                          return std::pair(a, b);
                      }).get();
    CHECK(receive(back.second) == "from the one that made it");
    back.first.send_bytes("here");
    CHECK(receive(back.second) == "here");
}

TEST_CASE("connections cross inside of other values, closed ones too") {
    std::vector<byte_connection> ours, theirs;
    for (int i = 0; i < 5; ++i) {
        auto [a, b] = brood::byte_pipe();
        ours.push_back(a);
        theirs.push_back(b);
    }
    theirs[2].close();
    auto child = brood::spawn(
        [](const std::vector<byte_connection>& all) {
            for (std::size_t i = 0; i < all.size(); ++i)
                if (all[i].is_open()) all[i].send_bytes(std::to_string(i));
        },
        theirs);
    child.join();
    REQUIRE(child.exit_code() == 0);
    for (const auto i : {0u, 1u, 3u, 4u}) CHECK(receive(ours[i]) == std::to_string(i));
}

TEST_CASE("two children talk to each other") {
    const auto [a, b] = brood::byte_pipe();
    auto answers = brood::spawn(echo_messages, b);
    auto sum = brood::async(
        [](const byte_connection& with) {
            std::size_t bytes = 0;
            for (std::size_t i = 0; i < 100; ++i) {
                with.send_bytes(std::string(i, 'x'));
                bytes += with.recv_bytes().size();
            }
            return bytes;
        },
        a);
    CHECK(sum.get() == 100 * 99 / 2);
    answers.kill();
}

TEST_CASE("a message that nobody took goes with the connection") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("waits");
    a.send_bytes("");
    CHECK(b.poll());
    const auto got = brood::async(
                         [](const byte_connection& from) {
                             std::string text = receive(from);
                             expect(from.poll(), "the empty one is there");
                             return text + receive(from) + "|";
                         },
                         b)
                         .get();
    CHECK(got == "waits|");
}

TEST_CASE("the other side sees the end at once when the last holder has gone") {
    for (const bool killed : {true, false}) {
        const auto [ours, theirs] = brood::byte_pipe();
        auto child = brood::spawn(
            [](const byte_connection& mine, bool waits) {
                mine.send_bytes("ready");
                if (waits) idle();
            },
            theirs, killed);
        theirs.close();
        CHECK(receive(ours) == "ready");
        if (killed) child.kill();
        CHECK(at_end(ours));
        CHECK_THROWS_AS(ours.send_bytes("x"), brood::end_of_stream);
    }
}

TEST_CASE("a killed sender in the middle of a large message is an error, not a torn message") {
    const auto [ours, theirs] = brood::byte_pipe();
    auto child = brood::spawn([](const byte_connection& mine) { mine.send_bytes(some_bytes(50'000'000)); }, theirs);
    theirs.close();
    CHECK(ours.poll(1min));
    child.kill();
    child.join();
    try {
        ours.recv_bytes();
        FAIL("torn");
    } catch (const brood::end_of_stream&) {  // where the system keeps messages whole nothing came of it
    } catch (const brood::error&) {
        CHECK_FALSE(ours.is_open());
    }
}

TEST_CASE("an end that two processes hold closes with the later of them") {
    const auto [ours, theirs] = brood::byte_pipe();
    auto first = brood::spawn(
        [](const byte_connection& mine) {
            mine.send_bytes("first");
            idle();
        },
        theirs);
    auto second = brood::spawn(
        [](const byte_connection& mine) {
            mine.recv_bytes();
            mine.send_bytes("second");
            idle();
        },
        theirs);
    theirs.close();
    CHECK(receive(ours) == "first");
    first.kill();
    first.join();
    CHECK_FALSE(ours.poll());
    ours.send_bytes("go");
    CHECK(receive(ours) == "second");
    second.kill();
    CHECK(at_end(ours));
}

TEST_CASE("a connection of which part of a message was read does not cross") {
    const auto [a, b] = brood::byte_pipe();
    a.send_bytes("abcd");
    std::byte room[1];
    CHECK_THROWS_AS(b.recv_bytes_into(room), brood::buffer_too_short);
    brood::output_archive out;
    CHECK_THROWS_AS(b.save(out), brood::serialization_error);
    CHECK(receive(b) == "abcd");
}
