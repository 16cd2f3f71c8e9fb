// SPDX-License-Identifier: MIT
// Listeners: addresses, keys, and peers that do not behave.
#include "folder.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <atomic>
#include <doctest/doctest.h>
#include <functional>
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

std::string fresh_name() { return "brood-test-" + new_mark(); }

// Kinds of addresses that every system has.
std::vector<brood::address> addresses() { return {brood::tcp("127.0.0.1", 0), brood::local(fresh_name())}; }

// Runs beside the test; joined at the end.
class beside {
public:
    explicit beside(std::function<void()> work) : thread_(std::move(work)) {}
    ~beside() { thread_.join(); }
    beside(const beside&) = delete;
    beside& operator=(const beside&) = delete;

private:
    std::thread thread_;
};

// A client without manners: connected, not authenticated.
byte_connection stranger(const brood::listener& to) { return brood::connect(to.address()); }

// Accepts until a client comes through; counts those that did not.
byte_connection accept_somebody(brood::listener& listener, int& refused) {
    for (;;) {
        try {
            return listener.accept();
        } catch (const brood::authentication_error&) {
            ++refused;
        }
    }
}

}  // namespace

TEST_CASE("a client and a listener talk") {
    for (const auto& where : addresses()) {
        CAPTURE(brood::to_string(where));
        brood::listener listener(where);
        const auto client = brood::connect(listener.address());
        const auto server = listener.accept();
        client.send_bytes("hello");
        CHECK(receive(server) == "hello");
        server.send_bytes("");
        CHECK(receive(client).empty());
        server.close();
        CHECK_THROWS_AS(client.recv_bytes(), brood::end_of_stream);
    }
}

TEST_CASE("a listener tells the port that the system chose") {
    brood::listener listener(brood::tcp("localhost", 0));
    CHECK(listener.address().port != 0);
    CHECK(listener.address().name == "localhost");
    CHECK(brood::to_string(brood::tcp("host", 80)) == "tcp:host:80");
    CHECK(brood::to_string(brood::local("name")) == "local:name");
    CHECK_THROWS_AS(brood::local(""), std::invalid_argument);
}

TEST_CASE("both sides prove that they know the key") {
    for (const auto& where : addresses())
        for (const std::string key : {"secret", "", "\0\xff"}) {
            brood::listener listener(where, {.authkey = key});
            std::optional<byte_connection> client;
            {
                const beside connecting([&] { client = brood::connect(listener.address(), {.authkey = key}); });
                listener.accept().send_bytes("welcome");
            }
            CHECK(receive(*client) == "welcome");
        }
    brood::listener literal(brood::local(fresh_name()), {.authkey = "secret"});
    CHECK(literal.is_open());
}

TEST_CASE("a wrong key is refused on both sides and the listener goes on") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        const beside connecting([&] {
            CHECK_THROWS_AS(brood::connect(listener.address(), {.authkey = "guess"}), brood::authentication_error);
            brood::connect(listener.address(), {.authkey = "secret"}).send_bytes("right");
        });
        CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
        CHECK(receive(listener.accept()) == "right");
    }
}

TEST_CASE("a connection from a listener crosses to another process") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        auto child = brood::spawn(
            [](const brood::address& to) {
                const auto with = brood::connect(to, {.authkey = "secret"});
                with.send_bytes("from the child");
                expect(with.recv_bytes().size() == 3, "the answer");
            },
            listener.address());
        const auto accepted = listener.accept();
        const auto told = brood::async(
                              [](const byte_connection& with) {
                                  auto text = receive(with);
                                  with.send_bytes("yes");
                                  return text;
                              },
                              accepted)
                              .get();
        CHECK(told == "from the child");
        child.join();
        CHECK(child.exit_code() == 0);
    }
}

TEST_CASE("the end of a killed client is seen at once") {
    for (const auto& where : addresses()) {
        brood::listener listener(where);
        auto child = brood::spawn(
            [](const brood::address& to) {
                const auto with = brood::connect(to);
                with.send_bytes("here");
                idle();
            },
            listener.address());
        const auto server = listener.accept();
        CHECK(receive(server) == "here");
        child.kill();
        CHECK_THROWS_AS(server.recv_bytes(), brood::end_of_stream);
    }
}

TEST_CASE("accept with a time limit ends with it") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        CHECK_FALSE(listener.accept_for(10ms));
        CHECK_FALSE(listener.accept_until(std::chrono::steady_clock::now()));
        const auto slow = stranger(listener);
        CHECK_FALSE(listener.accept_for(50ms));
    }
}

TEST_CASE("a handshake that is not finished goes on with the next accept") {
    brood::listener listener(brood::local(fresh_name()), {.authkey = "secret", .handshake_timeout = 1h});
    std::optional<byte_connection> client;
    std::atomic<bool> connected{false};
    const beside connecting([&] {
        client = brood::connect(listener.address(), {.authkey = "secret"});
        connected = true;
    });
    std::optional<byte_connection> server;
    while (!server) server = listener.accept_for(0s);
    CHECK(comes_true([&] { return connected.load(); }));
}

TEST_CASE("a slow client is given up in time and holds nobody back") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret", .handshake_timeout = 1h});
        std::vector<byte_connection> silent;
        const beside clients([&] {
            for (int i = 0; i < 2; ++i) silent.push_back(stranger(listener));
            brood::connect(listener.address(), {.authkey = "secret"}).send_bytes("prompt");
        });
        CHECK(receive(listener.accept()) == "prompt");
    }
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret", .handshake_timeout = 50ms});
        const auto silent = stranger(listener);
        try {
            listener.accept();
            FAIL("nobody proved anything");
        } catch (const brood::authentication_error& e) {
            CHECK(e.code() == std::errc::timed_out);
        }
        CHECK(receive(silent).starts_with("#CHALLENGE#{sha256}"));
        CHECK_THROWS_AS(silent.recv_bytes(), brood::end_of_stream);
    }
}

TEST_CASE("a crowd of silent clients does not keep others out") {
    brood::listener listener(brood::local(fresh_name()), {.authkey = "secret", .handshake_timeout = 1h});
    std::vector<byte_connection> crowd;
    int refused = 0;
    for (int i = 0; i < 120; ++i) {
        crowd.push_back(stranger(listener));
        try {
            while (!listener.accept_for(0s) && !crowd.back().poll()) {
            }
        } catch (const brood::authentication_error&) {
            ++refused;
        }
    }
    CHECK(refused >= 19);
    const beside prompt([&] { brood::connect(listener.address(), {.authkey = "secret"}).send_bytes("prompt"); });
    CHECK(receive(accept_somebody(listener, refused)) == "prompt");
}

TEST_CASE("what is no handshake is refused and the listener goes on") {
    const std::vector<std::string> nonsense{"",
                                            "GET / HTTP/1.1",
                                            "#WELCOME#",
                                            std::string(16, 'x'),
                                            "{sha256}" + std::string(32, 'x'),
                                            "{md5}" + std::string(16, 'x'),
                                            std::string(257, 'x'),
                                            std::string(70'000, 'x')};
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        for (const auto& message : nonsense) {
            CAPTURE(message.substr(0, 20));
            const beside client([&] {
                const auto rude = stranger(listener);
                try {
                    rude.send_bytes(message);
                    rude.recv_bytes();
                    const auto verdict = receive(rude);
                    CHECK(verdict == "#FAILURE#");
                } catch (const brood::end_of_stream&) {
                }
            });
            CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
        }
        stranger(listener).close();
        CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
        const beside prompt([&] { brood::connect(listener.address(), {.authkey = "secret"}).send_bytes("prompt"); });
        CHECK(receive(listener.accept()) == "prompt");
    }
}

TEST_CASE("a client finds out about a listener that is none") {
    const std::string challenge = "#CHALLENGE#{sha256}" + std::string(40, 'x');
    const std::vector<std::vector<std::string>> talks{{""},
                                                      {"#WELCOME#"},
                                                      {"#CHALLENGE#"},
                                                      {"#CHALLENGE#{rot13}" + std::string(40, 'x')},
                                                      {std::string(257, 'x')},
                                                      {challenge, "#FAILURE#"},
                                                      {challenge, "welcome"},
                                                      {challenge, "#WELCOME#", "{sha256}" + std::string(32, 'x')},
                                                      {challenge, "#WELCOME#", "x"}};
    for (const auto& where : addresses()) {
        brood::listener fake(where);
        for (const auto& talk : talks) {
            const beside server([&] {
                const auto with = fake.accept();
                try {
                    for (const auto& message : talk) {
                        with.send_bytes(message);
                        with.recv_bytes();
                    }
                    with.recv_bytes();
                } catch (const brood::end_of_stream&) {
                }
            });
            CHECK_THROWS_AS(brood::connect(fake.address(), {.authkey = "secret"}), brood::authentication_error);
        }
        // One that says nothing, and one that leaves.
        try {
            brood::connect(fake.address(), {.authkey = "secret", .handshake_timeout = 20ms});
            FAIL("nobody proved anything");
        } catch (const brood::authentication_error& e) {
            CHECK(e.code() == std::errc::timed_out);
        }
        CHECK_FALSE(brood::connect_for(fake.address(), 20ms, {.authkey = "secret"}));
    }
}

TEST_CASE("connections made with a limit refuse longer messages") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.max_message = 100});
        const auto client = brood::connect(listener.address(), {.max_message = 10});
        const auto server = listener.accept();
        client.send_bytes(std::string(100, 'x'));
        CHECK(server.recv_bytes().size() == 100);
        server.send_bytes("12345678901");
        CHECK_THROWS_AS(client.recv_bytes(), std::length_error);
        const auto second = brood::connect(listener.address());
        const auto limited = listener.accept();
        second.send_bytes(std::string(101, 'x'));
        CHECK_THROWS_AS(limited.recv_bytes(1000), std::length_error);
    }
}

TEST_CASE("connecting to nobody throws at once") {
    brood::address gone;
    {
        const brood::listener listener(brood::tcp("127.0.0.1", 0));
        gone = listener.address();
    }
    CHECK_THROWS_AS(brood::connect(gone), brood::error);
    CHECK_THROWS_AS(brood::connect(brood::local(fresh_name())), brood::error);
    CHECK_THROWS_AS(brood::connect_for(brood::local(fresh_name()), 1h), brood::error);
    CHECK_THROWS_AS(brood::connect(brood::tcp("no such host.invalid", 1)), brood::error);
}

TEST_CASE("an address that is taken is an error with the system's code") {
    for (const auto& where : addresses()) {
        const brood::listener first(where);
        try {
            const brood::listener second(first.address());
            FAIL("two listen at one address");
        } catch (const brood::error& e) {
            CHECK(e.code() == std::errc::address_in_use);
        }
    }
}

TEST_CASE("an address is free again when its listener is closed") {
    for (auto where : addresses()) {
        for (int i = 0; i < 3; ++i) {
            brood::listener listener(where);
            where = listener.address();
            const auto client = brood::connect(where);
            const auto server = listener.accept();
            listener.close();
            listener.close();
            CHECK_FALSE(listener.is_open());
            CHECK_THROWS_AS(listener.accept(), std::logic_error);
            server.send_bytes("accepted ones stay");
            CHECK(receive(client) == "accepted ones stay");
            client.close();
            CHECK_THROWS_AS(server.recv_bytes(), brood::end_of_stream);
        }
    }
}

TEST_CASE("close in another thread ends an accept") {
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        const auto pending = stranger(listener);
        std::atomic<int> ended{0};
        std::vector<std::thread> threads;
        for (int i = 0; i < 2; ++i)
            threads.emplace_back([&] {
                CHECK_THROWS_AS(listener.accept(), std::logic_error);
                ++ended;
            });
        // One of the two has seen the stranger when the challenge is there.
        CHECK(pending.poll(1min));
        listener.close();
        for (auto& one : threads) one.join();
        CHECK(ended == 2);
    }
}

TEST_CASE("a listener moves") {
    brood::listener first(brood::local(fresh_name()));
    brood::listener second(std::move(first));
    const auto client = brood::connect(second.address());
    first = std::move(second);
    first.accept().send_bytes("x");
    CHECK(receive(client) == "x");
    CHECK_FALSE(second.is_open());
    CHECK_THROWS_AS(second.accept(), std::logic_error);
}

TEST_CASE("many clients are served") {
    const int count = rounds(50);
    for (const auto& where : addresses()) {
        brood::listener listener(where, {.authkey = "secret"});
        std::vector<std::thread> clients;
        std::atomic<int> right{0};
        for (int i = 0; i < 4; ++i)
            clients.emplace_back([&] {
                for (int j = 0; j < count; ++j) {
                    const auto with = brood::connect(listener.address(), {.authkey = "secret"});
                    with.send_bytes("ping");
                    right += receive(with) == "pong";
                }
            });
        for (int i = 0; i < 4 * count; ++i) {
            const auto with = listener.accept();
            with.recv_bytes();
            with.send_bytes("pong");
        }
        for (auto& one : clients) one.join();
        CHECK(right == 4 * count);
    }
}
