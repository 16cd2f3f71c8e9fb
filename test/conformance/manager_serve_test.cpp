// SPDX-License-Identifier: MIT
// Managers that are used from other sessions: each scenario is a program of its own.
#include "named_account.hpp"
#include "program.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <future>
#include <iostream>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

const std::string key = "a key of these tests";

class account {
public:
    explicit account(int money = 0) : money_(money) {}
    int deposit(int more) { return money_ += more; }
    int money() const { return money_; }
    void fail() const { throw std::domain_error("no credit"); }
    std::vector<int> history(std::vector<int> so_far) const {
        so_far.push_back(money_);
        return so_far;
    }
    void die() const { crash(); }
    brood::queue<int> way_out() const { return brood::queue<int>(); }
    int take(const brood::queue<int>&) const { return 1; }

private:
    int money_;
};

class other {
public:
    int nothing() const { return 0; }
};

brood::manager connect_to(const arguments& given) {
    return brood::manager::connect(brood::tcp("127.0.0.1", static_cast<std::uint16_t>(std::stoi(given.at(0)))),
                                   {.authkey = key});
}

template <class Error, class Call>
bool throws(Call call) {
    try {
        call();
    } catch (const Error&) {
        return true;
    }
    return false;
}

int use_manager(const arguments& given) {
    const auto m = connect_to(given);
    const auto shared = m.find<account>("shared");
    expect(shared.call<&account::deposit>(5) == 105, "a call of what was published");
    const auto own = m.create<account>(7);
    expect(own.call<&account::money>() == 7, "a call of an own object");
    expect(m.object_count() == 2, "two objects");
    std::vector<int> large(300000);
    std::iota(large.begin(), large.end(), 0);
    auto back = own.call<&account::history>(large);
    expect(back.size() == large.size() + 1 && back.back() == 7, "large arguments and results");
    expect(throws<std::domain_error>([&] { own.call<&account::fail>(); }), "exceptions");
    expect(throws<std::out_of_range>([&] { m.find<account>("none"); }), "a name that is not there");
    expect(throws<brood::serialization_error>([&] { m.find<other>("shared"); }), "another type");
    expect(throws<brood::serialization_error>([&] { own.call<&account::take>(brood::queue<int>()); }), "a queue there");
    expect(throws<brood::serialization_error>([&] { own.call<&account::way_out>(); }), "a queue back");
    auto dict = m.dict<std::string, int>();
    dict.insert_or_assign("a", 1);
    expect(dict.update("a", [](int& value) { return ++value; }) == 2, "a dict");
    std::vector<brood::future<int>> calls;
    for (int i = 0; i < 50; ++i) calls.push_back(own.async<&account::deposit>(1));
    for (int i = 0; i < 50; ++i) expect(calls[static_cast<std::size_t>(i)].get() == 8 + i, "order");
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int j = 0; j < 50; ++j) own.call<&account::deposit>(1);
        });
    for (auto& thread : threads) thread.join();
    expect(own.call<&account::money>() == 257, "threads");
    std::cout << "done" << std::endl;
    return 0;
}
const scenario use_manager_scenario("use_manager", &use_manager);

int use_and_leave(const arguments& given) {
    const auto m = connect_to(given);
    static auto own = m.create<account>(7);
    own.call<&account::money>();
    std::cout << "made" << std::endl;
    idle();
}
const scenario use_and_leave_scenario("use_and_leave", &use_and_leave);

int see_its_end(const arguments& given) {
    const auto m = connect_to(given);
    const auto shared = m.find<account>("shared");
    expect(throws<brood::process_died>([&] { shared.call<&account::die>(); }), "process_died");
    return 0;
}
const scenario see_its_end_scenario("see_its_end", &see_its_end);

arguments port_of(const brood::address& where) { return {std::to_string(where.port)}; }

}  // namespace

TEST_CASE("a manager is used from another session") {
    brood::manager m;
    const auto shared = m.create<account>(100);
    m.publish("shared", shared);
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    CHECK(where.port != 0);
    auto program = start_scenario("use_manager", port_of(where));
    const auto status = program.wait();
    CHECK_MESSAGE(status == brood::exit_status::exited(0), program.errors());
    CHECK(program.output() == "done\n");
    CHECK(shared.call<&account::money>() == 105);
    CHECK(comes_true([&] { return m.object_count() == 1; }));
}

TEST_CASE("a client that is killed leaves no object") {
    brood::manager m;
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    auto program = start_scenario("use_and_leave", port_of(where));
    REQUIRE(comes_true([&] { return program.output() == "made\n"; }));
    CHECK(m.object_count() == 1);
    program.kill();
    CHECK(comes_true([&] { return m.object_count() == 0; }));
}

TEST_CASE("a manager serves at a local address, and in its own process") {
    brood::manager m;
    m.publish("shared", m.create<account>(1));
    const auto where = m.serve(brood::local("brood-manager-" + new_mark()), {.authkey = key});
    const auto same = brood::manager::connect(where, {.authkey = key});
    const auto found = same.find<account>("shared");
    CHECK(found.call<&account::deposit>(1) == 2);
    brood::output_archive archive;
    CHECK_THROWS_AS(brood::detail::save_value(archive, found), brood::serialization_error);
    CHECK_THROWS_AS(same.serve(where, {.authkey = key}), std::logic_error);
    m.shutdown();
    CHECK_THROWS_AS(found.call<&account::money>(), brood::error);
}

TEST_CASE("who does not know the key is refused, and the others are served") {
    brood::manager m;
    m.publish("shared", m.create<account>(1));
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    CHECK_THROWS_AS(brood::manager::connect(where, {.authkey = "another"}), brood::authentication_error);
    CHECK_THROWS_AS(m.serve(brood::tcp("127.0.0.1", 0), {}), std::invalid_argument);
    CHECK(brood::manager::connect(where, {.authkey = key}).find<account>("shared").call<&account::money>() == 1);
}

TEST_CASE("another program is refused by its build, bad requests end their connection alone") {
    brood::manager m;
    m.publish("shared", m.create<account>(1));
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    const auto good = brood::manager::connect(where, {.authkey = key});
    for (const std::string greeting : {"brood manager 1 0000", "GET / HTTP/1.0", ""}) {
        const auto bad = brood::connect(where, {.authkey = key});
        bad.send_bytes(greeting);
        bad.recv_bytes();
        CHECK_THROWS_AS(bad.recv_bytes(), brood::error);
    }
    for (std::size_t size : {0U, 3U, 79U, 80U, 200U}) {
        const auto bad = brood::connect(where, {.authkey = key});
        const auto greeting = bad.recv_bytes();
        bad.send_bytes(greeting);
        for (unsigned char fill = 0; fill < 5; ++fill) {
            try {
                bad.send_bytes(std::string(size, static_cast<char>(fill)));
            } catch (const brood::end_of_stream&) {
            }
        }
    }
    CHECK(good.find<account>("shared").call<&account::money>() == 1);
    CHECK(m.object_count() == 1);
}

TEST_CASE("a client refuses a server of another build by name") {
    brood::listener door(brood::tcp("127.0.0.1", 0), {.authkey = key});
    const auto where = door.address();
    auto server = std::async(std::launch::async, [&] {
        const auto client = door.accept();
        client.send_bytes("brood manager 1 00ff");
        static_cast<void>(client.recv_bytes());
    });
    CHECK_THROWS_WITH_AS(brood::manager::connect(where, {.authkey = key}), doctest::Contains("00ff"),
                         brood::bootstrap_error);
    server.get();
}

TEST_CASE("a program of another build uses what is registered by name") {
    brood::manager m;
    const auto shared = m.create<named_account>(100);
    m.publish("shared", shared);
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    program client(subject("named_client"), {std::to_string(where.port), key});
    const auto status = client.wait();
    CHECK_MESSAGE(status == brood::exit_status::exited(0), client.output(), client.errors());
    CHECK(client.output() == "done\n");
    CHECK(shared.call<&named_account::money>() == 105);
    CHECK(comes_true([&] { return m.object_count() == 1; }));
}

TEST_CASE("requests of another build name what is registered, and nothing else") {
    brood::manager m;
    m.publish("shared", m.create<named_account>(100));
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    const auto bad = brood::connect(where, {.authkey = key});
    static_cast<void>(bad.recv_bytes());
    bad.send_bytes("brood manager 1 00ff names");
    for (unsigned char fill = 0; fill < 5; ++fill) {  // of each kind
        std::string head(80, '\0');
        head[72] = static_cast<char>(fill);
        bad.send_bytes(head);
    }
    CHECK(
        brood::manager::connect(where, {.authkey = key}).find<named_account>("shared").call<&named_account::money>() ==
        100);
}

TEST_CASE("a name of a managed type stands for one type and one member") {
    using type = brood::managed_type<named_account>;
    CHECK_NOTHROW(type("account", 1).member<&named_account::deposit>("deposit"));
    CHECK_THROWS_AS(type("account", 1).member<&named_account::money>("deposit"), std::logic_error);
    CHECK_THROWS_AS(brood::managed_type<other>("account", 1), std::logic_error);
}

TEST_CASE("clients of a manager that dies get process_died") {
    brood::manager m;
    m.publish("shared", m.create<account>(1));
    const auto where = m.serve(brood::tcp("127.0.0.1", 0), {.authkey = key});
    auto program = start_scenario("see_its_end", port_of(where));
    CHECK(program.wait() == brood::exit_status::exited(0));
}
