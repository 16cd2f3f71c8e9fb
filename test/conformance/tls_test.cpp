// SPDX-License-Identifier: MIT
// Connections and managers through TLS, with certificates that were made for these tests.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

const std::string key = "a key of these tests";

std::filesystem::path pem(const std::string& name) {
    return std::filesystem::path(BROOD_TEST_SOURCE_DIR) / "data" / "tls" / name;
}
brood::tls_options certificate(const std::string& name) {
    return {.certificate = pem(name + ".pem"), .private_key = pem(name + ".key")};
}
brood::tls_options accepting(const std::string& authority) { return {.authorities = pem(authority + ".pem")}; }

brood::listener_options served_by(brood::tls_options tls) { return {.authkey = key, .tls = std::move(tls)}; }
brood::connect_options by(brood::tls_options tls) { return {.authkey = key, .tls = std::move(tls)}; }

bool tls_is_there() {
    try {
        const brood::listener any(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
        return true;
    } catch (const brood::error& e) {
        CHECK(e.code() == std::errc::function_not_supported);
        MESSAGE("no TLS here: " << e.what());
        return false;
    }
}

// Accepts one client, who may fail, and gives its messages back until it ends.
std::future<std::string> echo_one(brood::listener& door) {
    return std::async(std::launch::async, [&door]() -> std::string {
        try {
            const auto client = door.accept();
            for (;;) client.send_bytes(client.recv_bytes());
        } catch (const brood::end_of_stream&) {
            return "ended";
        } catch (const brood::authentication_error& e) {
            return e.what();
        }
    });
}

std::string text(const std::vector<std::byte>& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void serve_one(brood::queue<brood::address> told, brood::event go) {
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    told.put(door.address());
    const auto client = door.accept();
    go.wait();
    client.send_bytes("last word");
}

class tally {
public:
    int add(int n) { return sum_ += n; }
    std::size_t size_of(const std::vector<double>& all) const { return all.size(); }

private:
    int sum_ = 0;
};

}  // namespace

TEST_CASE("messages of any size go through TLS, both ways, and so does the end") {
    if (!tls_is_there()) return;
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    auto echo = echo_one(door);
    {
        const auto peer = brood::connect(door.address(), by(accepting("authority")));
        for (const std::size_t size : {0U, 1U, 16384U, 16385U, 3'000'000U}) {
            const std::string message(size, 'x');
            std::thread sends([&] { peer.send_bytes(message); });
            CHECK(text(peer.recv_bytes()) == message);
            sends.join();
        }
        CHECK_FALSE(peer.poll());
    }
    CHECK(echo.get() == "ended");
}

TEST_CASE("what was sent before a close is received, and a peer that closes is seen at once") {
    if (!tls_is_there()) return;
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    auto says = std::async(std::launch::async, [&] { door.accept().send_bytes(std::string(100'000, 'y')); });
    const auto peer = brood::connect(door.address(), by(accepting("authority")));
    CHECK(peer.recv_bytes().size() == 100'000);
    CHECK_THROWS_AS(peer.recv_bytes(), brood::end_of_stream);
    says.get();
}

TEST_CASE("children that know nothing of a connection through TLS do not keep its ends from each other") {
    if (!tls_is_there()) return;
    const brood::queue<brood::address> told;
    const brood::event go, never;
    brood::process server(serve_one, told, go);
    server.start();
    const auto peer = brood::connect(brood::queue<brood::address>(told).get(), by(accepting("authority")));
    brood::process child([](brood::event forever) { forever.wait(); }, never);
    child.start();
    brood::event(go).set();
    CHECK(text(peer.recv_bytes()) == "last word");
    CHECK_THROWS_AS(peer.recv_bytes(), brood::end_of_stream);
    child.kill();
    child.join();
    server.join();
}

TEST_CASE("certificates of strangers, and for other names, are refused; the next client is served") {
    if (!tls_is_there()) return;
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    auto first = echo_one(door);
    CHECK_THROWS_WITH_AS(brood::connect(door.address(), by(accepting("other_authority"))), doctest::Contains("TLS"),
                         brood::authentication_error);
    CHECK(first.get() != "ended");
    auto second = echo_one(door);
    auto named = accepting("authority");
    named.peer_name = "somewhere.example";
    CHECK_THROWS_AS(brood::connect(door.address(), by(named)), brood::authentication_error);
    CHECK(second.get() != "ended");
    auto third = echo_one(door);
    named.peer_name = "localhost";
    CHECK_NOTHROW(brood::connect(door.address(), by(named)));
    CHECK(third.get() == "ended");
}

TEST_CASE("a listener with authorities wants a certificate of its clients") {
    if (!tls_is_there()) return;
    auto options = certificate("server");
    options.authorities = pem("authority.pem");
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(options));
    auto first = echo_one(door);
    CHECK_THROWS_AS(brood::connect(door.address(), by(accepting("authority"))), brood::error);
    CHECK(first.get() != "ended");
    auto second = echo_one(door);
    auto known = certificate("client");
    known.authorities = pem("authority.pem");
    CHECK_NOTHROW(brood::connect(door.address(), by(known)));
    CHECK(second.get() == "ended");
}

TEST_CASE("who speaks no TLS, or another key, is refused, and silent peers hold up nobody") {
    if (!tls_is_there()) return;
    brood::listener door(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    auto first = echo_one(door);
    const auto silent = brood::connect(door.address());
    const auto plain = brood::connect(door.address());
    plain.send_bytes("GET / HTTP/1.0\r\n\r\n");
    CHECK(first.get() != "ended");
    auto second = echo_one(door);
    CHECK_THROWS_AS(brood::connect(door.address(), {.authkey = "another", .tls = accepting("authority")}),
                    brood::authentication_error);
    CHECK(second.get() != "ended");
    auto third = echo_one(door);
    CHECK_NOTHROW(brood::connect(door.address(), by(accepting("authority"))));
    CHECK(third.get() == "ended");
}

TEST_CASE("a client that waits for TLS where there is none gives up in time") {
    if (!tls_is_there()) return;
    brood::listener door(brood::tcp("127.0.0.1", 0));
    auto options = by(accepting("authority"));
    CHECK_FALSE(brood::connect_for(door.address(), 20ms, options));
    options.handshake_timeout = 20ms;
    CHECK_THROWS_AS(brood::connect(door.address(), options), brood::authentication_error);
}

TEST_CASE("files that are missing or hold something else are told where they are wanted") {
    if (!tls_is_there()) return;
    const auto listen = [](brood::tls_options tls) {
        return brood::listener(brood::tcp("127.0.0.1", 0), served_by(std::move(tls)));
    };
    CHECK_THROWS_AS(listen({}), std::invalid_argument);
    CHECK_THROWS_WITH_AS(listen(certificate("none")), doctest::Contains("none.pem"), brood::error);
    CHECK_THROWS_AS(listen({.certificate = pem("make.sh"), .private_key = pem("server.key")}), brood::error);
    CHECK_THROWS_WITH_AS(listen({.certificate = pem("server.pem"), .private_key = pem("client.key")}),
                         doctest::Contains("client.key"), brood::error);
    brood::listener door(brood::tcp("127.0.0.1", 0));
    CHECK_THROWS_WITH_AS(brood::connect(door.address(), by(accepting("none"))), doctest::Contains("none.pem"),
                         brood::error);
}

TEST_CASE("a manager is served through TLS") {
    if (!tls_is_there()) return;
    brood::manager m;
    m.publish("shared", m.create<tally>());
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), served_by(certificate("server")));
    const int got =
        brood::async(
            {.start_method = brood::start_method::spawn},
            [](brood::address at) {
                const auto there = brood::manager::connect(at, by(accepting("authority")));
                const auto shared = there.find<tally>("shared");
                expect(shared.call<&tally::size_of>(std::vector<double>(200'000)) == 200'000, "large arguments");
                for (int i = 0; i < 9; ++i) shared.call<&tally::add>(1);
                return shared.call<&tally::add>(1);
            },
            where)
            .get();
    CHECK(got == 10);
    CHECK_THROWS_AS(brood::manager::connect(where, by(accepting("other_authority"))), brood::authentication_error);
    m.shutdown();
}
