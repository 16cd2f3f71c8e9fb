// SPDX-License-Identifier: MIT
// What is refused, in plain words, without harm.
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

// The sentence of the std::logic_error that `act` throws.
template <class F>
std::string refusal(F act) {
    try {
        act();
    } catch (const std::logic_error& error) {
        return error.what();
    }
    return "not refused";
}

}  // namespace

TEST_CASE("starting twice is refused, while the child runs and after") {
    auto child = brood::spawn([] {});
    const auto twice = "this process was already started; a process object starts one process";
    CHECK(refusal([&] { child.start(); }) == twice);
    child.join();
    CHECK(refusal([&] { child.start(); }) == twice);
    CHECK(child.exit_code() == 0);
}

TEST_CASE("what needs a started process says so") {
    brood::process child(idle);
    CHECK(refusal([&] { child.join(); }) == "cannot join a process that was not started");
    CHECK(refusal([&] { child.join_for(1s); }) == "cannot join a process that was not started");
    CHECK(refusal([&] { child.terminate(); }) == "cannot terminate a process that was not started");
    CHECK(refusal([&] { child.kill(); }) == "cannot kill a process that was not started");
    CHECK(refusal([&] { child.interrupt(); }) == "cannot interrupt a process that was not started");
    CHECK(refusal([&] { child.sentinel(); }) == "cannot wait for a process that was not started");
}

TEST_CASE("a closed process refuses everything but its name") {
    auto child = brood::spawn({.name = "gone"}, [] {});
    child.join();
    child.close();
    CHECK(refusal([&] { child.start(); }) == "cannot start a process object that is closed");
    CHECK(refusal([&] { child.join(); }) == "cannot join a process object that is closed");
    CHECK(refusal([&] { child.terminate(); }) == "cannot terminate a process object that is closed");
    CHECK(refusal([&] { child.is_alive(); }) == "cannot look at a process object that is closed");
    CHECK(refusal([&] { child.exit_code(); }) == "cannot look at a process object that is closed");
    CHECK(refusal([&] { child.pid(); }) == "cannot look at a process object that is closed");
    CHECK(refusal([&] { child.sentinel(); }) == "cannot wait for a process object that is closed");
    CHECK(child.name() == "gone");
}

TEST_CASE("closing a running process is refused with the cure") {
    auto child = brood::spawn({.daemon = true}, idle);
    CHECK(refusal([&] { child.close(); }) ==
          "cannot close a process that still runs: join, terminate or kill it first");
}

TEST_CASE("the daemon flag of a started process is fixed, its name is not") {
    auto child = brood::spawn({.daemon = true}, idle);
    CHECK(refusal([&] { child.set_daemon(false); }) == "cannot change the daemon flag of a process that was started");
    CHECK(child.daemon());
    child.set_name("renamed");
    CHECK(child.name() == "renamed");
}

TEST_CASE("a moved-from process says what it is") {
    brood::process first(idle);
    const brood::process second(std::move(first));
    CHECK(refusal([&] { first.start(); }) == "this process object was moved from");  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("an environment variable without a proper name is refused before anything starts") {
    for (const char* name : {"", "A=B"}) {
        brood::process child({.env = {{name, "x"}}}, idle);
        CHECK_THROWS_AS(child.start(), std::invalid_argument);
        CHECK(child.pid() == 0);
    }
}

TEST_CASE("a variable's value with a null character is refused, not cut short") {
    brood::process child({.env = {{"A", std::string("x\0y", 3)}}}, idle);
    CHECK_THROWS_AS(child.start(), std::invalid_argument);
}
