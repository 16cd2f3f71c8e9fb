// SPDX-License-Identifier: MIT
// Connections between this library and CPython, each version that this machine has, either side listening. Versions up
// to 3.11 know the legacy handshake alone.
#include "folder.hpp"
#include "python.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <functional>
#include <optional>
#include <string>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;
using brood::byte_connection;

namespace {

// An address as both sides know it.
struct place {
    std::string kind;
    std::string python_text;
    brood::address address;
};

std::vector<place> places(const temporary_folder& folder) {
    static int number = 0;
    const std::string name = "brood-interop-" + new_mark() + "-" + std::to_string(++number);
    const std::string path = to_utf8(folder / ("s" + std::to_string(number)));
    return {{"tcp", "127.0.0.1:0", brood::tcp("127.0.0.1", 0)},
            {"path", path, brood::local(path)},
            {"abstract", name, brood::local(name)}};
}

std::string hex(const std::string& bytes) {
    std::string text;
    for (const char c : bytes) {
        text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
        text += "0123456789abcdef"[c & 15];
    }
    return text;
}

std::string key_text(const std::optional<std::string>& key) { return key ? hex(*key) : "-"; }

void echo(const byte_connection& with) {
    try {
        for (;;) with.send_bytes(with.recv_bytes());
    } catch (const brood::end_of_stream&) {
    }
}

// Starts a Python that listens; where it does.
program python_server(const python& with, const std::string& role, place& where, const std::optional<std::string>& key,
                      std::vector<std::string> more = {}) {
    more.insert(more.begin(), {role, where.kind, where.python_text, key_text(key)});
    auto server = run_python(with, "peer.py", std::move(more));
    const auto told = line_of(server, 1);
    if (where.kind == "tcp") where.address.port = static_cast<std::uint16_t>(std::stoi(told));
    return server;
}

std::vector<std::byte> some_bytes(std::size_t size) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 + (i >> 8));
    return bytes;
}

void expect_echo(const byte_connection& with) {
    for (const std::size_t size : {0u, 1u, 127u, 128u, 16384u, 16385u, 65536u, 100'000u}) {
        with.send_bytes(some_bytes(size));
        CHECK((with.recv_bytes() == some_bytes(size)));
    }
}

const std::string binary_key("\0\xff key", 6);

// Without a key every kind of address is the same.
std::vector<std::optional<std::string>> keys_for(const place& where) {
    if (where.kind == "tcp") return {std::nullopt, binary_key};
    return {binary_key};
}

void for_each_python(const std::function<void(const python&, const temporary_folder&)>& test) {
    const temporary_folder folder;
    for (const auto& one : pythons()) {
        CAPTURE(one.minor);
        test(one, folder);
    }
}

}  // namespace

TEST_CASE("the Pythons of this machine are told") {
    std::string found;
    for (const auto& one : pythons()) found += " 3." + std::to_string(one.minor);
    MESSAGE("CPython:" << (found.empty() ? " none" : found));
}

TEST_CASE("a client of CPython talks to a listener of brood") {
    for_each_python([](const python& with, const temporary_folder& folder) {
        for (const auto& where : places(folder))
            for (const auto& key : keys_for(where)) {
                CAPTURE(where.kind);
                brood::listener listener(where.address, {.authkey = key});
                const auto port = ":" + std::to_string(listener.address().port);
                auto client = run_python(with, "peer.py",
                                         {"client", where.kind,
                                          where.kind == "tcp" ? "127.0.0.1" + port : where.python_text, key_text(key)});
                echo(listener.accept());
                CHECK(outcome(client) == "done\n");
            }
    });
}

TEST_CASE("a client of brood talks to a listener of CPython") {
    for_each_python([](const python& with, const temporary_folder& folder) {
        for (auto& where : places(folder))
            for (const auto& key : keys_for(where)) {
                if (where.kind == "abstract" && with.minor < 7) continue;  // it removes a file of that name
                CAPTURE(where.kind);
                auto server = python_server(with, "server", where, key);
                const auto connection = brood::connect(where.address, {.authkey = key});
                expect_echo(connection);
                connection.close();
                CHECK(outcome(server).ends_with("done\n"));
            }
    });
}

TEST_CASE("a client of CPython with a wrong key is refused, and the next one served") {
    for_each_python([](const python& with, const temporary_folder&) {
        brood::listener listener(brood::tcp("127.0.0.1", 0), {.authkey = "secret"});
        const auto at = "127.0.0.1:" + std::to_string(listener.address().port);
        auto refused = run_python(with, "peer.py", {"refused_client", "tcp", at, hex("guess")});
        CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
        CHECK(outcome(refused) == "done\n");
        auto client = run_python(with, "peer.py", {"client", "tcp", at, hex("secret")});
        echo(listener.accept());
        CHECK(outcome(client) == "done\n");
    });
}

TEST_CASE("a listener of CPython refuses a client of brood with a wrong key") {
    for_each_python([](const python& with, const temporary_folder& folder) {
        auto where = places(folder).front();
        auto server = python_server(with, "refusing_server", where, "secret");
        CHECK_THROWS_AS(brood::connect(where.address, {.authkey = "guess"}), brood::authentication_error);
        CHECK(outcome(server).ends_with("done\n"));
    });
}

TEST_CASE("an empty key is one for clients of CPython too") {
    for_each_python([](const python& with, const temporary_folder&) {
        brood::listener listener(brood::tcp("127.0.0.1", 0), {.authkey = ""});
        const auto at = "127.0.0.1:" + std::to_string(listener.address().port);
        auto client = run_python(with, "peer.py", {"client", "tcp", at, ""});
        echo(listener.accept());
        CHECK(outcome(client) == "done\n");
    });
}

TEST_CASE("every digest that CPython may ask for is answered") {
    for_each_python([](const python& with, const temporary_folder& folder) {
        if (with.minor < 12) return;
        auto where = places(folder).front();
        const std::vector<std::string> names{"md5", "sha256", "sha384", "sha3_256", "sha3_384"};
        auto server = python_server(with, "digests_server", where, "secret", names);
        for (const auto& name : names) {
            const auto connection = brood::connect(where.address, {.authkey = "secret"});
            const auto told = connection.recv_bytes();
            CHECK(std::string(reinterpret_cast<const char*>(told.data()), told.size()) == name);
        }
        CHECK(outcome(server).ends_with("done\n"));
    });
}

TEST_CASE("a connection to CPython crosses to another process") {
    for_each_python([](const python& with, const temporary_folder& folder) {
        auto where = places(folder).front();
        auto server = python_server(with, "server", where, "secret");
        auto connection = brood::connect(where.address, {.authkey = "secret"});
        const auto size = brood::async(
                              [](const byte_connection& mine) {
                                  mine.send_bytes("from a child");
                                  return mine.recv_bytes().size();
                              },
                              connection)
                              .get();
        CHECK(size == 12);
        connection.close();
        CHECK(outcome(server).ends_with("done\n"));
    });
}
