// SPDX-License-Identifier: MIT
// The life of a process object.
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <algorithm>
#include <doctest/doctest.h>
#include <memory>
#include <optional>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

bool is_active(brood::process_id pid) {
    const auto active = brood::active_children();
    return std::any_of(active.begin(), active.end(), [&](const auto& one) { return one.pid() == pid; });
}

}  // namespace

TEST_CASE("before its start a process has no pid, no exit code, and is not alive") {
    brood::process child(idle);
    CHECK(child.pid() == 0);
    CHECK_FALSE(child.is_alive());
    CHECK_FALSE(child.exit_code());
    CHECK_FALSE(child.exit_status());
    CHECK(brood::active_children().empty());
}

TEST_CASE("a started process is alive and active until it ended") {
    const auto go = mailbox::make();
    brood::process child([](const mailbox& box) { box.wait(); }, go);
    child.start();
    CHECK(child.pid() > 0);
    CHECK(child.pid() != brood::current_process().pid());
    CHECK(child.is_alive());
    CHECK_FALSE(child.exit_code());
    CHECK(is_active(child.pid()));
    go.send();
    child.join();
    CHECK_FALSE(child.is_alive());
    CHECK(child.exit_code() == 0);
    CHECK_FALSE(is_active(child.pid()));
}

TEST_CASE("the pid that the parent sees is that of the child") {
    const auto box = mailbox::make();
    auto child = brood::spawn([](const mailbox& to) { to.send(std::to_string(brood::current_process().pid())); }, box);
    CHECK(box.receive() == std::to_string(child.pid()));
}

TEST_CASE("joining for no time or less only looks") {
    auto child = brood::spawn(idle);
    CHECK_FALSE(child.join_for(0s));
    CHECK_FALSE(child.join_for(-1s));
    CHECK_FALSE(child.join_until(std::chrono::steady_clock::time_point::min()));
    CHECK_FALSE(child.join_for(20ms));
    CHECK(child.is_alive());
    child.kill();
    child.join();
    CHECK(child.join_for(0s));
}

TEST_CASE("joining an ended process again returns at once") {
    auto child = brood::spawn([] {});
    child.join();
    child.join();
    CHECK(child.join_for(1h));
    CHECK(child.exit_code() == 0);
}

TEST_CASE("a timed join returns when the child ends, however long it could wait") {
    const auto go = mailbox::make();
    auto child = brood::spawn([](const mailbox& box) { box.wait(); }, go);
    go.send();
    CHECK(child.join_for(std::chrono::hours(24 * 365)));
}

TEST_CASE("exit_status() sees the end without a join") {
    auto child = brood::spawn([] { std::exit(4); });
    CHECK(comes_true([&] { return child.exit_status().has_value(); }));
    CHECK(child.exit_code() == 4);
}

TEST_CASE("a sentinel is not ready while the child runs and stays ready after it ended") {
    const auto go = mailbox::make();
    std::optional<brood::sentinel> end;
    {
        auto child = brood::spawn([](const mailbox& box) { box.wait(); }, go);
        end = child.sentinel();
        CHECK_FALSE(end->is_ready());
        CHECK_FALSE(end->wait_for(0s));
        CHECK_FALSE(end->wait_for(10ms));
        go.send();
        end->wait();
        CHECK(end->is_ready());
        child.join();
    }
    CHECK(end->is_ready());
    CHECK(end->wait_for(-1s));
}

TEST_CASE("a grandchild that lives on does not hold back the sentinel of its parent") {
    const auto go = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox&) {
            auto grandchild = std::make_unique<brood::process>(idle);
            grandchild->start();
            static_cast<void>(grandchild.release());
            _exit(0);
        },
        go);
    child.sentinel().wait();
    child.join();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("close() refuses while the child runs, and is harmless when repeated") {
    auto child = brood::spawn(idle);
    CHECK_THROWS_AS(child.close(), std::logic_error);
    CHECK(child.is_alive());
    child.kill();
    child.join();
    child.close();
    child.close();
    CHECK(child.name().starts_with("process-"));
    CHECK_FALSE(child.daemon());
}

TEST_CASE("a process that was never started can be closed") {
    brood::process child(idle);
    child.close();
    CHECK_THROWS_AS(child.start(), std::logic_error);
}

TEST_CASE("the destructor joins") {
    const auto box = mailbox::make();
    brood::process_id pid = 0;
    {
        auto child = brood::spawn([](const mailbox& to) { to.send("done"); }, box);
        pid = child.pid();
    }
    CHECK_FALSE(is_active(pid));
    CHECK(box.receive() == "done");
}

TEST_CASE("the destructor of a daemon terminates it") {
    std::optional<brood::sentinel> end;
    {
        auto child = brood::spawn({.daemon = true}, idle);
        end = child.sentinel();
    }
    CHECK(end->is_ready());
}

TEST_CASE("a moved process goes on under its new name, and the old object refuses work") {
    auto first = brood::spawn({.name = "traveller"}, idle);
    const auto pid = first.pid();
    brood::process second(std::move(first));
    CHECK(second.pid() == pid);
    CHECK(second.name() == "traveller");
    CHECK_THROWS_AS(first.join(), std::logic_error);  // NOLINT(bugprone-use-after-move): it is what is tested
    second.kill();
    second.join();
    CHECK(second.exit_code() == -9);
}

TEST_CASE("assigning over a daemon ends the one that was there") {
    auto first = brood::spawn({.daemon = true}, idle);
    const auto end = first.sentinel();
    const auto box = mailbox::make();
    first = brood::spawn([](const mailbox& to) { to.send("second"); }, box);
    CHECK(end.is_ready());
    first.join();
    CHECK(box.receive() == "second");
}

TEST_CASE("start() releases the target and its arguments in the parent") {
    const auto held = std::make_shared<int>(3);
    brood::process child([](const std::shared_ptr<int>& value) { std::exit(*value); }, held);
    CHECK(held.use_count() == 2);
    child.start();
    CHECK(held.use_count() == 1);
    child.join();
    CHECK(child.exit_code() == 3);
}

TEST_CASE("arguments are copied when the process is made, not when it starts") {
    std::string text = "early";
    const auto box = mailbox::make();
    brood::process child([](const mailbox& to, const std::string& what) { to.send(what); }, box, text);
    text = "late";
    child.start();
    CHECK(box.receive() == "early");
}

TEST_CASE("twenty children at once end each with its own code") {
    std::vector<brood::process> children;
    const int count = brood::native::compatibility_layer().empty() ? 20 : 5;
    for (int i = 0; i < count; ++i) children.push_back(brood::spawn([](int code) { std::exit(code); }, i));
    for (int i = 0; i < count; ++i) {
        children[static_cast<std::size_t>(i)].join();
        CHECK(children[static_cast<std::size_t>(i)].exit_code() == i);
    }
    CHECK(brood::active_children().empty());
}

TEST_CASE("there is at least one processor") { CHECK(brood::cpu_count() >= 1); }

TEST_CASE("the longest durations are waited for, not taken for a look") {
    auto child = brood::spawn([] {});
    CHECK(child.join_for(std::chrono::hours::max()));
    auto result = brood::async([] { return 1; });
    CHECK(result.wait_for(std::chrono::hours::max()) == std::future_status::ready);
    auto watched = brood::spawn([] {});
    CHECK(watched.sentinel().wait_for(std::chrono::hours::max()));
}
