// SPDX-License-Identifier: MIT
// The fork server: what it loads ahead of its children, and what they do not get from this process.
#include "mailbox.hpp"
#include "proc.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdio>
#include <doctest/doctest.h>
#include <thread>

using namespace brood_test;

namespace {

constexpr auto forkserver = brood::start_method::forkserver;

int preloaded = 0;
brood::process_id preloaded_in = 0;

void load(int value) {
    preloaded += value;
    preloaded_in = brood::current_process().pid();
}

// Undoes what a test set.
struct without_preload {
    ~without_preload() { brood::set_forkserver_preload({}); }
};

}  // namespace

TEST_CASE("what is preloaded is loaded once, in the server, and seen by every child") {
    const without_preload after;
    brood::set_forkserver_preload(brood::call(load, 5));
    const auto seen = [] { return std::pair(preloaded, preloaded_in); };
    const auto first = brood::async({.start_method = forkserver}, seen).get();
    const auto second = brood::async({.start_method = forkserver}, seen).get();
    CHECK(first.first == 5);
    CHECK(first == second);
    CHECK(first.second != brood::current_process().pid());
    CHECK(preloaded == 0);
}

TEST_CASE("what one child changes in the preloaded data no other child sees") {
    const without_preload after;
    brood::set_forkserver_preload(brood::call(load, 1));
    const auto change = [] { return preloaded += 10; };
    CHECK(brood::async({.start_method = forkserver}, change).get() == 11);
    CHECK(brood::async({.start_method = forkserver}, change).get() == 11);
}

TEST_CASE("an exception in the preload reaches start() as itself, every time, until it is replaced") {
    const without_preload after;
    brood::set_forkserver_preload(brood::call([] { throw std::out_of_range("no table"); }));
    brood::process child({.start_method = forkserver}, idle);
    CHECK_THROWS_WITH_AS(child.start(), "no table", std::out_of_range);
    CHECK_THROWS_WITH_AS(child.start(), "no table", std::out_of_range);
    CHECK(child.pid() == 0);
    brood::set_forkserver_preload({});
    CHECK(brood::async({.start_method = forkserver}, [] { return 3; }).get() == 3);
}

TEST_CASE("a preload that ends its process is reported by start()") {
    const without_preload after;
    brood::set_forkserver_preload(brood::call([] { std::_Exit(9); }));
    brood::process child({.start_method = forkserver}, idle);
    CHECK_THROWS_AS(child.start(), brood::bootstrap_error);
}

TEST_CASE("children of an older server live on when a new preload is set") {
    const without_preload after;
    const auto go = mailbox::make();
    auto child = brood::spawn(
        {.start_method = forkserver},
        [](const mailbox& box) {
            box.wait();
            std::exit(6);
        },
        go);
    brood::set_forkserver_preload(brood::call(load, 2));
    CHECK(brood::async({.start_method = forkserver}, [] { return preloaded; }).get() == 2);
    go.send();
    child.join();
    CHECK(child.exit_code() == 6);
}

namespace {

const scenario preload_prints("preload-prints", [](const arguments&) {
    brood::set_forkserver_preload(brood::call([] { std::fputs("loaded;", stdout); }));
    for (int i = 0; i < 2; ++i) brood::spawn({.start_method = forkserver}, [] { std::fputs("child;", stdout); }).join();
    return 0;
});

}  // namespace

TEST_CASE("what the preload printed is written once") {
    auto run = start_scenario("preload-prints");
    CHECK(run.wait().success());
    CHECK(run.output() == "loaded;child;child;");
    CHECK(run.errors().empty());
}

TEST_CASE("a child of the server has one thread, however many its parent has") {
    if (!has_proc()) return;
    const auto go = mailbox::make();
    std::thread other([&] { go.wait(); });
    auto count = brood::async({.start_method = forkserver}, threads);
    CHECK(count.get() == 1 + threads_of_sanitizer);
    go.send();
    other.join();
}

TEST_CASE("a child of the server sees no memory that its parent changed") {
    static int changed = 0;
    brood::async({.start_method = forkserver}, [] {}).get();
    changed = 1;
    CHECK(brood::async({.start_method = forkserver}, [] { return changed; }).get() == 0);
    changed = 0;
}
