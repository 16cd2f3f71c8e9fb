// SPDX-License-Identifier: MIT
// Listeners at a path: the file and its end. And streams that are torn where no API would tear them.
#include "folder.hpp"
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <string>
#include <thread>

using namespace brood_test;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

std::string received_text(const brood::byte_connection& from) {
    const auto bytes = from.recv_bytes();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Bytes on the wire, without a message around them.
void send_raw(const brood::byte_connection& to, std::string_view bytes) {
    write_bytes(brood::handle::duplicate_of(to.native_handle()), bytes.data(), bytes.size());
}

using namespace std::string_literals;

const scenario listens("listens at a path", [](const arguments& given) {
    brood::listener listener(brood::local(given.at(0)));
    const auto client = listener.accept();
    client.send_bytes("here");
    idle();
    return 0;
});

}  // namespace

TEST_CASE("a listener at a path makes a socket there and removes it") {
    const temporary_folder folder;
    const auto path = folder / "socket";
    {
        brood::listener listener(brood::local(to_utf8(path)));
        CHECK(fs::is_socket(path));
        const auto client = brood::connect(listener.address());
        listener.accept().send_bytes("x");
        CHECK(received_text(client) == "x");
    }
    CHECK_FALSE(fs::exists(path));
}

TEST_CASE("the socket of a killed listener is replaced") {
    const temporary_folder folder;
    const auto path = folder / "socket";
    auto program = start_scenario("listens at a path", {to_utf8(path)});
    REQUIRE(comes_true([&] { return fs::exists(path); }));
    std::optional<brood::byte_connection> client;
    REQUIRE(comes_true([&] {
        try {
            client = brood::connect(brood::local(to_utf8(path)));
        } catch (const brood::error&) {  // bound, and not listening yet
        }
        return client.has_value();
    }));
    CHECK(received_text(*client) == "here");
    CHECK_THROWS_AS(brood::listener(brood::local(to_utf8(path))), brood::error);  // it is alive
    program.kill();
    program.wait();
    CHECK(fs::exists(path));
    CHECK_THROWS_AS(client->recv_bytes(), brood::end_of_stream);
    brood::listener listener(brood::local(to_utf8(path)));
    const auto next = brood::connect(listener.address());
    listener.accept().send_bytes("x");
    CHECK(received_text(next) == "x");
}

TEST_CASE("a listener does not remove what is not its own") {
    const temporary_folder folder;
    const auto path = folder / "socket";
    write_text(path, "a file");
    CHECK_THROWS_AS(brood::listener(brood::local(to_utf8(path))), brood::error);
    CHECK(read_text(path) == "a file");
    fs::remove(path);
    brood::listener listener(brood::local(to_utf8(path)));
    fs::remove(path);
    write_text(path, "another file");
    listener.close();
    CHECK(read_text(path) == "another file");
}

TEST_CASE("a forked copy of a listener leaves the path alone") {
    const temporary_folder folder;
    const auto path = folder / "socket";
    brood::listener listener(brood::local(to_utf8(path)));
    brood::fork_process child([&] { listener.close(); });
    child.start();
    child.join();
    CHECK(child.exit_code() == 0);
    const auto client = brood::connect(listener.address());
    listener.accept().send_bytes("x");
    CHECK(received_text(client) == "x");
}

TEST_CASE("a path that is too long for a socket is an error") {
    CHECK_THROWS_AS(brood::listener(brood::local("/" + std::string(200, 'x'))), brood::error);
    CHECK_THROWS_AS(brood::connect(brood::local(std::string(200, 'x'))), brood::error);
}

TEST_CASE("a torn message is an error and the end of the connection") {
    for (const auto& bytes :
         {"\0"s, "\0\0\0\5"s, "\0\0\0\5hell"s, "\xff\xff\xff\xff"s, "\xff\xff\xff\xff\0\0\0\1\0\0\0"s}) {
        const auto [a, b] = brood::byte_pipe();
        send_raw(a, bytes);
        a.close();
        try {
            b.recv_bytes();
            FAIL("it was whole");
        } catch (const brood::end_of_stream&) {
            FAIL("as if it had been the end");
        } catch (const brood::error&) {
        }
        CHECK_FALSE(b.is_open());
    }
}

TEST_CASE("bytes that are no message are an error and the end of the connection") {
    const auto [a, b] = brood::byte_pipe();
    send_raw(a, "\xff\xff\xff\xf0 and more");
    CHECK_THROWS_AS(b.recv_bytes(), brood::error);
    CHECK_FALSE(b.is_open());
    CHECK_THROWS_AS(a.recv_bytes(), brood::end_of_stream);
}

TEST_CASE("a message in pieces is received over several calls") {
    const auto [a, b] = brood::byte_pipe();
    for (const char c : "\0\0\0\3ab"s) {
        send_raw(a, {&c, 1});
        CHECK_FALSE(b.try_recv_bytes());
    }
    brood::output_archive out;
    CHECK_THROWS_AS(b.save(out), brood::serialization_error);
    send_raw(a, "c");
    CHECK(received_text(b) == "abc");
}

TEST_CASE("an announced message of more than memory holds is refused by its limit, or ends with its sender") {
    const auto huge = "\xff\xff\xff\xff\0\0\x01\0\0\0\0\0"s;  // 1 TiB
    {
        const auto [a, b] = brood::byte_pipe();
        send_raw(a, huge + "the beginning");
        CHECK_THROWS_AS(b.recv_bytes(std::size_t{1} << 32), std::length_error);
    }
    const auto [a, b] = brood::byte_pipe();
    send_raw(a, huge + "the beginning");
    CHECK_FALSE(b.recv_bytes_for(10ms));
    a.close();
    CHECK_THROWS_AS(b.recv_bytes(), brood::error);
}

TEST_CASE("a long header before a short message is understood") {
    const auto [a, b] = brood::byte_pipe();
    send_raw(a, "\xff\xff\xff\xff\0\0\0\0\0\0\0\2ok"s);
    CHECK(received_text(b) == "ok");
}

TEST_CASE("a client that sends its handshake byte by byte is given up in time") {
    brood::listener listener(brood::tcp("127.0.0.1", 0), {.authkey = "secret", .handshake_timeout = 100ms});
    const auto slow = brood::connect(listener.address());
    std::atomic<bool> over{false};
    std::thread dripping([&] {
        try {
            send_raw(slow, "\0\0\0\x28"s);
            while (!over) {
                send_raw(slow, "x");
                std::this_thread::sleep_for(10ms);
            }
        } catch (const std::system_error&) {
        }
    });
    CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
    over = true;
    dripping.join();
}

TEST_CASE("a torn or over-long handshake is refused") {
    brood::listener listener(brood::tcp("127.0.0.1", 0), {.authkey = "secret"});
    for (const auto& bytes : {"\0"s, "\0\0\0\x28{sha256}"s, "\0\0\1\1"s, "\xff\xff\xff\xff\0\0\x01\0\0\0\0\0"s,
                              "\x80\0\0\0"s, "GET / HTTP/1.1\r\n\r\n"s}) {
        const auto rude = brood::connect(listener.address());
        send_raw(rude, bytes);
        rude.close();
        CHECK_THROWS_AS(listener.accept(), brood::authentication_error);
    }
    std::thread prompt([&] { brood::connect(listener.address(), {.authkey = "secret"}).send_bytes("prompt"); });
    CHECK(received_text(listener.accept()) == "prompt");
    prompt.join();
}
