// SPDX-License-Identifier: MIT
// Managers and their callers that end in the middle of a call.
#include "program.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

// Crosses through every channel.
struct gate {
    brood::counting_semaphore passes{0};
    void send() const { brood::counting_semaphore(passes).release(); }
    void wait() const { brood::counting_semaphore(passes).acquire(); }
};

class device {
public:
    int read() { return ++reads_; }
    int reads() const { return reads_; }
    void hang(const gate& begun) const {
        begun.send();
        idle();
    }
    // Waits for a word, then counts.
    int wait(const gate& begun, const gate& go) {
        begun.send();
        go.wait();
        return ++reads_;
    }
    void die() const { crash(); }
    void leave(int code) const { std::_Exit(code); }
    std::vector<int> many(std::size_t size) const { return std::vector<int>(size, 7); }

private:
    int reads_ = 0;
    std::unique_ptr<int> cannot_cross_;
};

template <class Call>
bool throws_process_died(Call call) {
    try {
        call();
    } catch (const brood::process_died&) {
        return true;
    } catch (const brood::error&) {
    }
    return false;
}

std::size_t count_when(const brood::manager& m, std::size_t wanted) {
    return comes_true([&] { return m.object_count() == wanted; }) ? wanted : m.object_count();
}

}  // namespace

TEST_CASE("a manager that is killed ends every call at once, of each thread and process") {
    const gate begun;
    brood::manager m;
    const auto d = m.create<device>(brood::manager::free_threaded);
    auto pending = d.async<&device::hang>(begun);
    auto other = brood::async(
        [](const brood::proxy<device>& theirs, const gate& started) {
            return throws_process_died([&] { theirs.call<&device::hang>(started); });
        },
        d, begun);
    std::atomic<int> died{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i)
        threads.emplace_back([&] { died += throws_process_died([&] { d.call<&device::hang>(begun); }) ? 1 : 0; });
    for (int i = 0; i < 4; ++i) begun.wait();
    kill_process(m.pid());
    for (auto& thread : threads) thread.join();
    CHECK(died == 2);
    CHECK(other.get());
    CHECK_THROWS_AS(pending.get(), brood::process_died);
    CHECK_THROWS_AS(d.call<&device::read>(), brood::process_died);
    CHECK_THROWS_AS(m.create<device>(), brood::process_died);
    CHECK_THROWS_AS(m.object_count(), brood::process_died);
    m.shutdown();
    CHECK_THROWS_AS(d.call<&device::read>(), brood::error);
}

TEST_CASE("an object that ends its process gives its caller process_died") {
    for (const bool crashes : {true, false}) {
        brood::manager m;
        const auto d = m.create<device>();
        if (crashes)
            CHECK_THROWS_AS(d.call<&device::die>(), brood::process_died);
        else
            CHECK_THROWS_AS(d.call<&device::leave>(0), brood::process_died);
        CHECK_THROWS_AS(d.call<&device::read>(), brood::process_died);
    }
}

TEST_CASE("process_died names the manager") {
    brood::manager m({.name = "driver"});
    const auto d = m.create<device>();
    const auto pid = m.pid();
    try {
        d.call<&device::leave>(3);
        FAIL("it did not throw");
    } catch (const brood::process_died& e) {
        CHECK(e.pid() == pid);
        CHECK(std::string(e.what()).find("driver") != std::string::npos);
        CHECK(e.status() == brood::exit_status::exited(3));
    }
}

TEST_CASE("a caller that is killed in the middle of a call leaves the object as it is") {
    const gate begun, go;
    brood::manager m;
    const auto d = m.create<device>();
    brood::process caller([](const brood::proxy<device>& theirs, const gate& started,
                             const gate& word) { theirs.call<&device::wait>(started, word); },
                          d, begun, go);
    caller.start();
    begun.wait();
    caller.kill();
    caller.join();
    go.send();
    CHECK(d.call<&device::read>() == 2);  // the call of the dead one ran to its end
    CHECK(m.object_count() == 1);
}

TEST_CASE("a dead process's objects are destroyed, also those that were on their way to it") {
    brood::manager m({.shutdown_timeout = 100ms});
    const auto makers = m.create<device>();
    for (int i = 0; i < rounds(5); ++i) {
        const gate begun;
        std::vector<brood::proxy<device>> theirs(10);
        for (auto& one : theirs) one = m.create<device>();
        brood::process caller(
            [](const std::vector<brood::proxy<device>>& all, const gate& started) {
                std::vector<brood::future<std::vector<int>>> answers;
                for (const auto& one : all) answers.push_back(one.async<&device::many>(std::size_t{10000}));
                all.front().call<&device::hang>(started);
            },
            theirs, begun);
        caller.start();
        begun.wait();
        theirs.clear();
        CHECK(m.object_count() == 11);
        caller.kill();
        caller.join();
        CHECK(count_when(m, 1) == 1);
    }
    CHECK(makers.call<&device::read>() == 1);
}

TEST_CASE("a manager ends in time although a call hangs") {
    const gate begun;
    brood::manager m({.shutdown_timeout = 100ms});
    const auto d = m.create<device>();
    auto pending = d.async<&device::hang>(begun);
    begun.wait();
    m.shutdown();
    CHECK_THROWS_AS(pending.get(), brood::process_died);
}

TEST_CASE("shutdown lets calls end that were made before") {
    const gate begun, go;
    brood::manager m;
    const auto d = m.create<device>();
    std::vector<brood::future<int>> calls;
    calls.push_back(d.async<&device::wait>(begun, go));
    for (int i = 0; i < 20; ++i) calls.push_back(d.async<&device::read>());
    begun.wait();
    std::thread ends([&] { m.shutdown(); });
    go.send();
    ends.join();
    for (int i = 0; i <= 20; ++i) CHECK(calls[static_cast<std::size_t>(i)].get() == i + 1);
}

TEST_CASE("ten thousand objects") {
    const int count = rounds(10000);
    brood::manager m;
    std::vector<brood::proxy<device>> all;
    for (int i = 0; i < count; ++i) all.push_back(m.create<device>());
    CHECK(m.object_count() == static_cast<std::size_t>(count));
    int sum = 0;
    for (const auto& one : all) sum += one.call<&device::read>();
    CHECK(sum == count);
    all.clear();
    CHECK(count_when(m, 0) == 0);
}

TEST_CASE("many processes call one object") {
    const int count = rounds(40);
    brood::manager m;
    const auto d = m.create<device>();
    std::vector<brood::process> clients;
    for (int i = 0; i < count; ++i)
        clients.push_back(brood::spawn(
            [](const brood::proxy<device>& theirs) {
                for (int j = 0; j < 20; ++j) theirs.call<&device::read>();
            },
            d));
    for (auto& client : clients) client.join();
    CHECK(d.call<&device::reads>() == count * 20);
}

TEST_CASE("futures may be dropped while their calls run, and after their manager died") {
    const gate begun, go;
    std::vector<brood::future<int>> kept;
    {
        brood::manager m;
        const auto d = m.create<device>();
        for (int i = 0; i < 100; ++i) static_cast<void>(d.async<&device::read>());
        CHECK(d.call<&device::reads>() == 100);
        for (int i = 0; i < 20; ++i) kept.push_back(d.async<&device::read>());
        const auto h = m.create<device>();
        kept.push_back(h.async<&device::wait>(begun, go));
        begun.wait();
        kill_process(m.pid());
    }
    CHECK_THROWS_AS(kept.back().get(), brood::process_died);
}

// ---- a program's end ----------------------------------------------------------------------------------------------

namespace {

std::unique_ptr<brood::manager> left_manager;
brood::proxy<device> left_proxy;

int leave_all(const arguments& given) {
    left_manager = std::make_unique<brood::manager>();
    left_proxy = left_manager->create<device>();
    std::cout << left_proxy.call<&device::read>() << std::endl;
    const gate begun;
    static std::unique_ptr<brood::future<void>> pending;
    if (given.at(0) == "hanging") {
        pending = std::make_unique<brood::future<void>>(left_proxy.async<&device::hang>(begun));
        begun.wait();
    }
    if (given.at(0) == "leaked") static_cast<void>(left_manager.release());
    return 0;
}
const scenario leave_all_scenario("leave_manager", &leave_all);

}  // namespace

TEST_CASE("a program ends although it leaves its manager, its proxies and its calls where they are") {
    for (const char* how : {"plain", "leaked", "hanging"}) {
        CAPTURE(how);
        const auto mark = new_mark();
        // What a sanitizer would find is what it leaves on purpose.
        auto program = start_scenario("leave_manager", {how},
                                      {.environment = {{mark_variable, mark}, {"ASAN_OPTIONS", "detect_leaks=0"}}});
        CHECK(program.wait() == brood::exit_status::exited(0));
        CHECK(program.output() == "1\n");
        CHECK(comes_true([&] { return marked_processes(mark) == 0; }));
    }
}

// ---- restart ------------------------------------------------------------------------------------------------------

TEST_CASE("a manager that crashes is started again, and proxies find what recreate made") {
    brood::manager m({.restart = brood::restart_policy::on_crash(3)});
    const auto d = m.create<device>(brood::recreate<device>());
    const auto lost = m.create<device>();
    CHECK(d.call<&device::read>() == 1);
    CHECK(d.call<&device::read>() == 2);
    const auto first = m.pid();
    CHECK_THROWS_AS(d.call<&device::die>(), brood::process_died);
    CHECK(d.call<&device::read>() == 1);
    CHECK(m.pid() != first);
    CHECK(m.object_count() == 1);
    CHECK_THROWS_WITH_AS(lost.call<&device::read>(), doctest::Contains("is no more"), brood::error);
    kill_process(m.pid());
    const auto again = [&] {
        try {
            return d.call<&device::read>();
        } catch (const brood::process_died&) {
            return d.call<&device::read>();
        }
    };
    CHECK(again() == 1);
    const int theirs =
        brood::async([](const brood::proxy<device>& same) { return same.call<&device::read>(); }, d).get();
    CHECK(theirs == 2);
    CHECK(m.create<device>().call<&device::read>() == 1);
}

TEST_CASE("a manager that crashes too often stays dead") {
    brood::manager m({.restart = brood::restart_policy::on_crash(2)});
    const auto d = m.create<device>(brood::manager::free_threaded, brood::recreate<device>());
    for (int i = 0; i < 3; ++i) CHECK_THROWS_AS(d.call<&device::die>(), brood::process_died);
    CHECK_THROWS_AS(d.call<&device::read>(), brood::process_died);
    m.shutdown();
}

TEST_CASE("objects without proxies are not made again, and those that fail do not stop the others") {
    const gate made;
    struct once {
        explicit once(const gate& begun) {
            if (!brood::counting_semaphore(begun.passes).try_acquire()) throw std::runtime_error("once");
        }
        int answer() const { return 42; }
    };
    brood::manager m({.restart = brood::restart_policy::on_crash(3)});
    for (int i = 0; i < 100; ++i) m.create<device>(brood::recreate<device>());
    made.send();
    const auto o = m.create<once>(brood::recreate<once>(made));
    const auto d = m.create<device>(brood::recreate<device>());
    CHECK(o.call<&once::answer>() == 42);
    CHECK_THROWS_AS(d.call<&device::leave>(0), brood::process_died);
    CHECK(d.call<&device::read>() == 1);
    CHECK_THROWS_AS(o.call<&once::answer>(), brood::error);
    CHECK(m.object_count() == 1);
}

TEST_CASE("a supervised manager ends with shutdown and is not started again") {
    brood::manager m({.restart = brood::restart_policy::on_crash(3)});
    const auto d = m.create<device>(brood::recreate<device>());
    const auto pid = m.pid();
    m.shutdown();
    CHECK(m.pid() == pid);
    CHECK_THROWS_AS(d.call<&device::read>(), brood::error);
}
