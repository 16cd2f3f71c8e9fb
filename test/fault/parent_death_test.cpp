// SPDX-License-Identifier: MIT
// Nobody outlives a parent that was killed.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdio>
#include <doctest/doctest.h>
#include <sstream>
#include <thread>

using namespace brood_test;

namespace {

void live(bool busy) {
    if (busy) spin();
    idle();
}

void live_with_child(const mailbox& to, bool busy) {
    auto grandchild = brood::spawn(live, busy);
    to.send(std::to_string(brood::current_process().pid()) + " " + std::to_string(grandchild.pid()) + " " +
            std::to_string(maker_of_this_process()));
    live(busy);
}

// Prints the numbers of its children, grandchildren and of who forked them, and lives on.
const scenario holds_family("holds-family", [](const arguments& given) {
    const bool busy = given.at(0) == "busy";
    const auto box = mailbox::make();
    std::vector<brood::process> children;
    std::string all;
    for (int i = 0; i < 2; ++i) children.push_back(brood::spawn(live_with_child, box, busy));
    for (int i = 0; i < 2; ++i) all += box.receive() + " ";
    std::printf("%s complete", all.c_str());
    std::fflush(stdout);
    live(busy);
    return 0;
});

std::vector<brood::process_id> family_of(const program& run) {
    REQUIRE(comes_true([&] { return run.output().ends_with("complete"); }));
    std::istringstream text(run.output());
    std::vector<brood::process_id> all;
    for (brood::process_id pid = 0; text >> pid;)
        if (pid > 0) all.push_back(pid);
    return all;
}

void check_nobody_stays(const char* how) {
    auto run = start_scenario("holds-family", {how});
    const auto family = family_of(run);
    CHECK(family.size() >= 4);
    for (const auto pid : family) CHECK_FALSE(is_gone(pid));
    run.kill();
    run.wait();
    for (const auto pid : family) CHECK(comes_true([&] { return is_gone(pid); }));
}

}  // namespace

TEST_CASE("a killed parent takes idle children, grandchildren and the fork server along") {
    check_nobody_stays("idle");
}

TEST_CASE("a killed parent takes busy children, grandchildren and the fork server along") {
    check_nobody_stays("busy");
}

namespace {

const scenario holds_reserve("holds-reserve", [](const arguments&) {
    brood::set_spawn_reserve(2);
    comes_true([] { return brood::spawn_reserve_ready() == 2; });
    std::printf("complete");
    std::fflush(stdout);
    idle();
    return 0;
});

// Starts one child after the other until it is killed.
const scenario starts_for_ever("starts-for-ever", [](const arguments&) -> int {
    std::printf("complete");
    std::fflush(stdout);
    for (;;) brood::spawn({.daemon = true}, idle);
});

}  // namespace

TEST_CASE("a killed parent takes its reserve along") {
    const std::string mark = new_mark();
    auto run = start_scenario("holds-reserve", {}, {.environment = {{mark_variable, mark}}});
    REQUIRE(comes_true([&] { return run.output().ends_with("complete"); }));
    run.kill();
    run.wait();
    CHECK(comes_true([&] { return marked_processes(mark) == 0; }));
}

TEST_CASE("a parent killed at any moment of a start leaves nobody") {
    const std::string mark = new_mark();
    for (int i = 0; i < rounds(10); ++i) {
        auto run = start_scenario("starts-for-ever", {}, {.environment = {{mark_variable, mark}}});
        REQUIRE(comes_true([&] { return run.output().ends_with("complete"); }));
        std::this_thread::sleep_for(std::chrono::milliseconds(7 * i));  // the moment is what varies
        run.kill();
        run.wait();
    }
    CHECK(comes_true([&] { return marked_processes(mark) == 0; }));
}
