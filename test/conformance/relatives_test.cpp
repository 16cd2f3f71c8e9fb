// SPDX-License-Identifier: MIT
// Names, and what processes know of each other.
#include "mailbox.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>
#include <optional>

using namespace brood_test;

namespace {

std::string number_after_dash(const std::string& name) { return name.substr(name.find('-') + 1); }

}  // namespace

TEST_CASE("the first process is called main, has no parent and is no child") {
    const auto self = brood::current_process();
    CHECK(self.name() == "main");
    CHECK(self.is_alive());
    CHECK_FALSE(self.daemon());
    CHECK_FALSE(brood::parent_process());
    CHECK_FALSE(brood::is_child());
}

TEST_CASE("default names count the processes that were made") {
    const brood::process first(idle), second(idle);
    CHECK(first.name().starts_with("process-"));
    CHECK(std::stoi(number_after_dash(second.name())) == std::stoi(number_after_dash(first.name())) + 1);
}

TEST_CASE("a child knows its name, its number, its flag and its parent") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        {.name = "tell me", .daemon = true},
        [](const mailbox& to) {
            const auto self = brood::current_process();
            const auto parent = brood::parent_process();
            expect(brood::is_child(), "a child knows that it is one");
            expect(self.is_alive() && parent->is_alive(), "both live");
            expect(self.daemon() && !parent->daemon(), "the flags");
            to.send(self.name() + "|" + parent->name() + "|" + std::to_string(parent->pid()));
            idle();
        },
        box);
    CHECK(box.receive() == "tell me|main|" + std::to_string(brood::current_process().pid()));
}

TEST_CASE("a grandchild's default name shows its line, and the daemon flag is not inherited") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        {.daemon = true},
        [](const mailbox& to) {
            const brood::process first(idle);
            auto second = brood::spawn(
                [](const mailbox& answer) {
                    const auto self = brood::current_process();
                    answer.send(self.name() + (self.daemon() ? " daemon" : ""));
                },
                to);
            second.join();
            to.send(brood::current_process().name());
            idle();
        },
        box);
    const std::string grandchild = box.receive();
    const std::string name = box.receive();
    CHECK(name == child.name());
    CHECK(grandchild == name + ":2");
}

TEST_CASE("a grandchild sees its parent die") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& to) {
            auto grandchild = brood::spawn(
                [](const mailbox& answer) {
                    answer.send(std::to_string(brood::current_process().pid()));
                    idle();
                },
                to);
            grandchild.join();
        },
        box);
    const brood::process_id grandchild = std::stoll(box.receive());
    CHECK_FALSE(is_gone(grandchild));
    child.kill();
    child.join();
    CHECK(comes_true([&] { return is_gone(grandchild); }));
}

namespace {

void tell_line(const mailbox& to, const std::string& line, int depth) {
    to.send(line);
    if (depth == 0) return;
    for (int i = 0; i < 2; ++i) {
        auto child = brood::spawn(tell_line, to, line + std::to_string(i), depth - 1);
        child.join();
        expect(child.exit_code() == 0, "a child ends well");
    }
}

}  // namespace

TEST_CASE("children start children, two levels deep, in order") {
    const auto box = mailbox::make();
    auto first = brood::spawn(tell_line, box, ".", 2);
    for (const char* line : {".", ".0", ".00", ".01", ".1", ".10", ".11"}) CHECK(box.receive() == line);
    first.join();
    CHECK(first.exit_code() == 0);
}

TEST_CASE("a child has its parent's start method") {
    auto name = brood::async([] { return std::string(brood::to_string(brood::get_start_method())); });
    CHECK(name.get() == brood::to_string(brood::get_start_method()));
}

TEST_CASE("active_children() gives name, number and flag of those that run") {
    auto child = brood::spawn({.name = "seen", .daemon = true}, idle);
    const auto active = brood::active_children();
    REQUIRE(active.size() == 1);
    CHECK(active[0].name() == "seen");
    CHECK(active[0].pid() == child.pid());
    CHECK(active[0].daemon());
    CHECK(active[0].is_alive());
    child.kill();
    child.join();
    CHECK_FALSE(active[0].is_alive());
    CHECK(brood::active_children().empty());
}

TEST_CASE("a child starts without children of its own") {
    auto one = brood::spawn({.daemon = true}, idle);
    auto count = brood::async([] { return brood::active_children().size(); });
    CHECK(count.get() == 0);
}

TEST_CASE("terminating a process ends its whole tree") {
    const auto box = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& to) {
            auto grandchild = brood::spawn(
                [](const mailbox& answer) {
                    auto last = brood::spawn(spin);
                    answer.send(std::to_string(brood::current_process().pid()));
                    answer.send(std::to_string(last.pid()));
                    last.join();
                },
                to);
            grandchild.join();
        },
        box);
    const brood::process_id grandchild = std::stoll(box.receive()), last = std::stoll(box.receive());
    child.terminate();
    child.join();
    CHECK(comes_true([&] { return is_gone(grandchild) && is_gone(last); }));
}
