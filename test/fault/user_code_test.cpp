// SPDX-License-Identifier: MIT
// User code that throws, crashes or exits, at each place where brood calls it.
#include "scenario.hpp"
#include "trap.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdlib>
#include <doctest/doctest.h>

using namespace brood_test;

namespace {

bool is_forked() { return brood::get_start_method() == brood::start_method::fork; }

const std::vector<ending> deaths = {ending::exit, ending::quick_exit, ending::kill, ending::abort, ending::crash};

// That `act` throws serialization_error, with the trap's own exception as its cause.
template <class F>
void check_refused(F act) {
    try {
        act();
        FAIL_CHECK("nothing was thrown");
    } catch (const brood::serialization_error& error) {
        CHECK(std::string(error.what()).find("the trap was sprung") != std::string::npos);
    }
    CHECK(brood::active_children().empty());
}

}  // namespace

TEST_CASE("a copy constructor that throws does so where the process is made") {
    const trap armed({.copying = ending::throws});
    CHECK_THROWS_AS(brood::process([](const trap&) {}, armed), sprung);
}

TEST_CASE("writing an argument that throws stops start(), before there is a child") {
    if (is_forked()) return;
    brood::process child([](const trap&) {}, trap({.saving = ending::throws}));
    check_refused([&] { child.start(); });
    check_refused([&] { child.start(); });
    CHECK(child.pid() == 0);
    check_refused([&] { brood::async([](const trap&) {}, trap({.saving = ending::throws})); });
}

TEST_CASE("under fork nothing is written or read") {
    if (!is_forked()) return;
    auto child = brood::spawn([](const trap&) {}, trap({.saving = ending::throws, .loading = ending::abort}));
    child.join();
    CHECK(child.exit_code() == 0);
}

TEST_CASE("reading an argument that throws stops start(), and is the result of async") {
    if (is_forked()) return;
    brood::process child([](const trap&) {}, trap({.loading = ending::throws}));
    check_refused([&] { child.start(); });
    CHECK(child.pid() == 0);
    auto result = brood::async([](const trap&) { return 1; }, trap({.loading = ending::throws}));
    check_refused([&] { result.get(); });
}

TEST_CASE("the cause of a failed reading is nested in its error") {
    if (is_forked()) return;
    brood::process child([](const trap&) {}, trap({.loading = ending::throws}));
    try {
        child.start();
        FAIL("it started");
    } catch (const brood::serialization_error& error) {
        CHECK_THROWS_WITH(std::rethrow_if_nested(error), "the trap was sprung");
    }
}

TEST_CASE("a target that ends its process decides how it ended") {
    for (const auto how : deaths) {
        CAPTURE(name_of(how));
        auto child = brood::spawn({.stderr_to = brood::null}, trap({.calling = how}));
        child.join();
        CHECK(child.exit_status() == status_of(how));
    }
}

TEST_CASE("a destructor of an argument that ends the process decides how it ended") {
    for (const auto how : deaths) {
        CAPTURE(name_of(how));
        auto child = brood::spawn(
            {.stderr_to = brood::null}, [](const trap&) {}, trap({.destroying = how}));
        child.join();
        CHECK(child.exit_status() == status_of(how));
    }
}

TEST_CASE("a destructor that throws ends the process as std::terminate does") {
    auto child = brood::spawn(
        {.stderr_to = brood::null}, [](const trap&) {}, trap({.destroying = ending::throws}));
    child.join();
    CHECK(child.exit_status() == status_of(ending::abort));
}

TEST_CASE("a result is there although the destructor of an argument ends the process") {
    for (const auto how : deaths) {
        CAPTURE(name_of(how));
        auto result = brood::async(
            {.stderr_to = brood::null}, [](const trap&) { return 5; }, trap({.destroying = how}));
        CHECK(result.get() == 5);
    }
}

TEST_CASE("writing a result that throws is the result") {
    auto result = brood::async([] { return trap({.saving = ending::throws}); });
    check_refused([&] { result.get(); });
}

TEST_CASE("reading a result that throws is thrown by get() and leaves no process") {
    auto result = brood::async([] { return trap({.loading = ending::throws}); });
    check_refused([&] { result.get(); });
}

TEST_CASE("reading a large result that throws half way leaves no process") {
    auto result = brood::async([] {
        return std::tuple(std::vector<int>(100'000, 1), trap({.loading = ending::throws}),
                          std::vector<int>(100'000, 2));
    });
    check_refused([&] { result.get(); });
}

TEST_CASE("an exit handler that throws or crashes counts as such") {
    for (const auto how : {ending::throws, ending::crash}) {
        CAPTURE(name_of(how));
        auto child = brood::spawn(
            {.stderr_to = brood::null},
            [](ending e) {
                static ending at_exit;
                at_exit = e;
                std::atexit([] { spring(at_exit); });
            },
            how);
        child.join();
        CHECK(child.exit_status() == (how == ending::throws ? status_of(ending::abort) : status_of(ending::crash)));
    }
}

TEST_CASE("an exception whose what() throws or crashes while it is described ends its process alone") {
    struct nasty : std::exception {
        const char* what() const noexcept override {
            crash();
            return "";
        }
    };
    auto result = brood::async({.stderr_to = brood::null}, [] { throw nasty(); });
    CHECK_THROWS_AS(result.get(), brood::process_died);
}

namespace {

const scenario crashes_while_writing("crashes-while-writing", [](const arguments&) {
    brood::process_options quiet{.start_method = brood::start_method::spawn};
    brood::process child(
        quiet, [](const trap&) {}, trap({.saving = ending::crash}));
    child.start();
    return 1;
});

}  // namespace

TEST_CASE("a crash while an argument is written is that of this process") {
    auto run = start_scenario("crashes-while-writing");
    CHECK(run.wait() == status_of(ending::crash));
}
