// SPDX-License-Identifier: MIT
// Links and acceptors as the contract describes them, and waiting for them together with everything else.
#include "child.hpp"

#include "platform/socket.hpp"

#include <list>
#include <system_error>
#include <thread>

using namespace platform_test;
using link_t = brood::platform::link;  // the name alone is also a function of unistd.h

namespace {

using indices = std::vector<std::size_t>;

moved send(const link_t& to, std::string_view text, deadline until = {}) {
    const auto part = bytes_of(text);
    return link_send(to, {&part, 1}, until);
}

// What one receive gives, or the name of its result.
std::string receive(const link_t& from, deadline until = {}) {
    std::string text(100, '\0');
    const auto got = link_receive(from, std::as_writable_bytes(std::span(text)), until);
    if (got.result == io_result::end) return "(end)";
    if (got.result == io_result::timeout) return "(timeout)";
    return text.substr(0, got.bytes);
}

struct connected {
    std::unique_ptr<acceptor> listens;
    link_t client, server;
};

link_t accept_one(acceptor& from) {
    for (;;) {
        const waitable one = from.to_wait_for();
        wait_many({&one, 1}, std::nullopt);
        if (link_t accepted = from.try_accept()) return accepted;
    }
}

connected over_tcp() {
    std::uint16_t port = 0;
    auto listens = listen_tcp("127.0.0.1", port);
    auto client = connect_tcp("127.0.0.1", port, std::nullopt);
    auto server = accept_one(*listens);
    return {std::move(listens), std::move(client), std::move(server)};
}

std::string fresh_name() {
    static int number = 0;
    return "brood-link-" + std::to_string(current_process_id()) + "-" + std::to_string(++number);
}

connected over_name() {
    const auto name = fresh_name();
    auto listens = listen_local(name);
    auto client = connect_local(name, std::nullopt);
    auto server = accept_one(*listens);
    return {std::move(listens), std::move(client), std::move(server)};
}

}  // namespace

TEST_CASE("bytes go both ways over every kind of link") {
    auto pair = make_link_pair();
    connected made[] = {{nullptr, std::move(pair.first), std::move(pair.second)}, over_tcp(), over_name()};
    for (auto& [listens, client, server] : made) {
        CHECK(send(client, "to the server").bytes == 13);
        CHECK(receive(server) == "to the server");
        send(server, "back");
        CHECK(receive(client) == "back");
        CHECK(receive(client, in_the_past()) == "(timeout)");
        CHECK(receive(client, soon()) == "(timeout)");
        send(client, "last");
        client.reset();
        CHECK(receive(server) == "last");
        CHECK(receive(server) == "(end)");
        CHECK(send(server, "nobody").result != io_result::timeout);
    }
}

TEST_CASE("a send to a peer that does not receive ends with the deadline") {
    auto pair = make_link_pair();
    connected made[] = {{nullptr, std::move(pair.first), std::move(pair.second)}, over_tcp(), over_name()};
    const std::string much(20'000'000, 'x');
    for (auto& [listens, client, server] : made) {
        const auto sent = send(client, much, soon());
        CHECK(sent.result == io_result::timeout);
        CHECK(sent.bytes < much.size());
    }
}

TEST_CASE("links are waited for together with channels and processes") {
    auto tcp = over_tcp();
    auto name = over_name();
    auto pair = make_link_pair();
    channel_pair channel = make_channel();
    const waitable all[] = {tcp.server.to_wait_for(),   name.server.to_wait_for(),
                            pair.second.to_wait_for(),  {waitable::kind::channel, channel.ours.get()},
                            tcp.listens->to_wait_for(), name.listens->to_wait_for()};
    CHECK(wait_many(all, in_the_past()).empty());
    CHECK(wait_many(all, soon()).empty());
    const link_t* const ends[] = {&tcp.client, &name.client, &pair.first};
    const link_t* const others[] = {&tcp.server, &name.server, &pair.second};
    for (std::size_t i = 0; i < 3; ++i) {
        std::thread sender([&] { send(*ends[i], "now"); });
        CHECK(wait_many(all, std::nullopt) == indices{i});
        sender.join();
        CHECK(receive(*others[i]) == "now");
    }
    std::thread sender([&] { write(channel.theirs.get(), "x"); });
    CHECK(wait_many(all, std::nullopt) == indices{3});
    sender.join();
    tcp.client.reset();
    CHECK(wait_many(all, std::nullopt) == indices{0, 3});
}

TEST_CASE("sockets alone are waited for") {
    auto tcp = over_tcp();
    const waitable one[] = {tcp.server.to_wait_for()};
    CHECK(wait_many(one, soon()).empty());
    std::thread sender([&] { send(tcp.client, "x"); });
    CHECK(wait_many(one, std::nullopt) == indices{0});
    sender.join();
}

TEST_CASE("an acceptor is ready when somebody has connected, and once for each") {
    std::uint16_t port = 0;
    const auto tcp = listen_tcp("127.0.0.1", port);
    CHECK(port != 0);
    const auto name = fresh_name();
    const auto local = listen_local(name);
    for (acceptor* one : {tcp.get(), local.get()}) {
        const waitable ready = one->to_wait_for();
        CHECK_FALSE(one->try_accept());
        CHECK(wait_many({&ready, 1}, in_the_past()).empty());
        std::thread client([&] {
            const auto made =
                one == tcp.get() ? connect_tcp("127.0.0.1", port, std::nullopt) : connect_local(name, std::nullopt);
            CHECK(receive(made) == "welcome");
        });
        send(accept_one(*one), "welcome");
        client.join();
        CHECK_FALSE(one->try_accept());
    }
}

TEST_CASE("a client that has left is nobody, or an ended link") {
    std::uint16_t port = 0;
    const auto tcp = listen_tcp("127.0.0.1", port);
    const auto name = fresh_name();
    const auto local = listen_local(name);
    static_cast<void>(connect_tcp("127.0.0.1", port, std::nullopt));
    static_cast<void>(connect_local(name, std::nullopt));
    for (acceptor* one : {tcp.get(), local.get()})
        if (const auto left = one->try_accept()) CHECK(receive(left) == "(end)");
    std::thread client([&] { static_cast<void>(receive(connect_local(name, std::nullopt))); });
    send(accept_one(*local), "x");
    client.join();
}

TEST_CASE("300 links can be waited for") {
    std::list<link_pair> pairs;
    std::vector<waitable> all;
    for (int i = 0; i < 300; ++i) all.push_back(pairs.emplace_back(make_link_pair()).second.to_wait_for());
    auto tcp = over_tcp();
    all.push_back(tcp.server.to_wait_for());
    CHECK(wait_many(all, soon()).empty());
    std::thread sender([&] { send(pairs.back().first, "now"); });
    CHECK(wait_many(all, std::nullopt) == indices{299});
    sender.join();
    CHECK(receive(pairs.back().second) == "now");
    std::thread again([&] { send(tcp.client, "now"); });
    CHECK(wait_many(all, std::nullopt) == indices{300});
    again.join();
}

TEST_CASE("waiting loses no empty message") {
    auto pair = make_link_pair();
    if (pair.first.kind() != link_kind::messages) return;  // a stream has none
    const waitable one = pair.second.to_wait_for();
    send(pair.first, "");
    send(pair.first, "");
    CHECK(wait_many({&one, 1}, in_the_past()) == indices{0});
    CHECK(wait_many({&one, 1}, std::nullopt) == indices{0});
    CHECK(pair.second.empty_messages() >= 1);
    std::thread sender([&] { send(pair.first, ""); });
    sender.join();
    unsigned received = pair.second.empty_messages().exchange(0);
    while (received < 3 && receive(pair.second).empty()) ++received;
    CHECK(received == 3);
    std::thread later([&] { send(pair.first, ""); });
    CHECK(wait_many({&one, 1}, std::nullopt) == indices{0});
    later.join();
    CHECK(pair.second.empty_messages() == 1);
}

TEST_CASE("failures of connecting have the system's code") {
    CHECK_THROWS_AS(connect_local(fresh_name(), std::nullopt), std::system_error);
    std::uint16_t port = 0;
    const auto name = fresh_name();
    const auto local = listen_local(name);
    const auto tcp = listen_tcp("127.0.0.1", port);
    try {
        listen_local(name);
        FAIL("two have one name");
    } catch (const std::system_error& e) {
        CHECK(e.code() == std::errc::address_in_use);
    }
    try {
        listen_tcp("127.0.0.1", port);
        FAIL("two have one port");
    } catch (const std::system_error& e) {
        CHECK(e.code() == std::errc::address_in_use);
    }
}

TEST_CASE("links and acceptors leave no handle behind") {
    const auto use = [] {
        auto tcp = over_tcp();
        auto name = over_name();
        const auto pair = make_link_pair();
        const waitable all[] = {tcp.server.to_wait_for(), name.server.to_wait_for(), pair.first.to_wait_for()};
        wait_many(all, soon());
    };
    use();
    const std::size_t before = open_handles();
    for (int i = 0; i < 5; ++i) use();
    CHECK(open_handles() <= before + 2);  // a pool of events may grow
}
