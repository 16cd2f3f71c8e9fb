// SPDX-License-Identifier: MIT
// Children that end on the way to their target, or on the way back.
#include "mailbox.hpp"
#include "program.hpp"
#include "trap.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdlib>
#include <doctest/doctest.h>
#include <numeric>
#include <vector>

using namespace brood_test;

namespace {

// Ends a child before brood::init, as its environment says.
[[maybe_unused]] const bool survived_static_initialisation = [] {
    const char* how = std::getenv("BROOD_TEST_DIE_EARLY");
    if (how != nullptr && brood::is_child()) spring(parse_end(how));
    return true;
}();

bool is_forked() { return brood::get_start_method() == brood::start_method::fork; }

// The status that start() or async() reports about a child that ended too early.
template <class F>
brood::exit_status reported_by(F act) {
    try {
        act();
    } catch (const brood::bootstrap_error& error) {
        CHECK(brood::active_children().empty());
        try {
            std::rethrow_if_nested(error);
        } catch (const brood::process_died& died) {
            CHECK(std::string(error.what()) == died.what());
            return died.status();
        }
    }
    throw std::runtime_error("no early death was reported");
}

void check_next_start_works() {
    CHECK(brood::async([] { return 8; }).get() == 8);
}

}  // namespace

TEST_CASE("a child that ends before brood::init is reported by start() with its status") {
    for (const auto how : {ending::exit, ending::kill, ending::abort}) {
        brood::process child({.start_method = brood::start_method::spawn,
                              .env = {{"BROOD_TEST_DIE_EARLY", name_of(how)}},
                              .stderr_to = brood::null},
                             idle);
        CAPTURE(name_of(how));
        CHECK(reported_by([&] { child.start(); }) == status_of(how));
        CHECK(child.pid() == 0);
        CHECK_FALSE(child.is_alive());
    }
    check_next_start_works();
}

TEST_CASE("a process whose start failed can be started again") {
    const temporary_folder folder;
    brood::process child({.start_method = brood::start_method::spawn, .cwd = folder / "later"}, [] { std::exit(2); });
    CHECK_THROWS_AS(child.start(), brood::start_error);
    std::filesystem::create_directory(folder / "later");
    child.start();
    child.join();
    CHECK(child.exit_code() == 2);
}

TEST_CASE("a child that ends while it reads its arguments is reported by start() with its status" *
          doctest::description("under fork nothing is read")) {
    if (is_forked()) return;
    for (const auto how : {ending::exit, ending::kill, ending::abort, ending::crash}) {
        CAPTURE(name_of(how));
        brood::process child(
            {.stderr_to = brood::null}, [](const trap&) {}, trap({.loading = how}));
        CHECK(reported_by([&] { child.start(); }) == status_of(how));
        CHECK(reported_by([&] {
                  brood::async(
                      {.stderr_to = brood::null}, [](const trap&) { return 1; }, trap({.loading = how}));
              }) == status_of(how));
    }
    check_next_start_works();
}

TEST_CASE("a crash while arguments are read comes with its stack") {
    if (is_forked()) return;
    brood::process child(
        {.stderr_to = brood::null}, [](const trap&) {}, trap({.loading = ending::crash}));
    try {
        child.start();
        FAIL("it started");
    } catch (const brood::bootstrap_error& error) {
        try {
            std::rethrow_if_nested(error);
        } catch (const brood::process_died& died) {
            CHECK_FALSE(died.stack().empty());
        }
    }
}

TEST_CASE("a child that ends while it reads a large argument") {
    if (is_forked()) return;
    const std::vector<int> large(3'000'000, 1);
    CHECK(reported_by([&] {
              brood::async([](const std::vector<int>&, const trap&, const std::vector<int>&) {}, large,
                           trap({.loading = ending::kill}), large);
          }) == status_of(ending::kill));
    check_next_start_works();
}

TEST_CASE("a child that ends in its target") {
    for (const auto how : {ending::exit, ending::kill, ending::crash}) {
        CAPTURE(name_of(how));
        auto result = brood::async({.stderr_to = brood::null}, &trap::answer, trap({.calling = how}));
        try {
            result.get();
            FAIL("it gave a result");
        } catch (const brood::process_died& died) {
            CHECK(died.status() == status_of(how));
        }
    }
}

TEST_CASE("a child that ends while its result is written") {
    for (const auto how : {ending::exit, ending::kill, ending::crash}) {
        CAPTURE(name_of(how));
        auto result = brood::async(
            {.stderr_to = brood::null}, [](ending e) { return trap({.saving = e}); }, how);
        try {
            result.get();
            FAIL("it gave a result");
        } catch (const brood::process_died& died) {
            CHECK(died.status() == status_of(how));
        }
    }
}

TEST_CASE("a result that was sent arrives, however its process ends after that") {
    for (const auto how : {ending::exit, ending::kill, ending::crash, ending::abort}) {
        CAPTURE(name_of(how));
        auto result = brood::async(
            {.stderr_to = brood::null},
            [](ending e) {
                static ending at_exit;
                at_exit = e;
                std::atexit([] { spring(at_exit); });
                return 7;
            },
            how);
        CHECK(result.get() == 7);
    }
}

TEST_CASE("a process that is killed while its large result waits to be fetched has died without a result") {
    const auto box = mailbox::make();
    auto result = brood::async(
        [](const mailbox& to) {
            to.send(std::to_string(brood::current_process().pid()));
            return std::vector<int>(3'000'000, 1);
        },
        box);
    result.wait();
    const auto active = brood::active_children();
    REQUIRE(active.size() == 1);
    kill_process(active[0].pid());
    CHECK(comes_true([] { return brood::active_children().empty(); }));
    CHECK_THROWS_AS(result.get(), brood::process_died);
}

TEST_CASE("a child that is killed while many are started harms none of the others") {
    std::vector<brood::future<int>> good;
    for (int i = 0; i < 6; ++i) {
        auto doomed = brood::spawn(spin);
        good.push_back(brood::async([](int value) { return value; }, i));
        doomed.kill();
    }
    for (int i = 0; i < 6; ++i) CHECK(good[static_cast<std::size_t>(i)].get() == i);
}
