// SPDX-License-Identifier: MIT
// Whole programs, from their start by a user to their end.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <iostream>
#include <memory>

using namespace brood_test;
namespace fs = std::filesystem;

namespace {

// Keeps a process out of every destructor, so that the end of the program finds it running.
template <class... Args>
brood::process_id leave_running(Args&&... arguments) {
    static brood::process* child = nullptr;  // still known at the end, so that it counts as no leak
    child = new brood::process(std::forward<Args>(arguments)...);
    child->start();
    return child->pid();
}

const scenario leaves_daemon("leaves-daemon", [](const arguments&) {
    std::printf("%lld\n", static_cast<long long>(leave_running(brood::process_options{.daemon = true}, idle)));
    return 3;
});

const scenario leaves_worker("leaves-worker", [](const arguments&) {
    const auto go = mailbox::make();
    leave_running(
        [](const mailbox& box) {
            box.wait();
            std::puts("worker is done");
        },
        go);
    std::puts("main is done");
    std::fflush(stdout);
    go.send();
    return 4;
});

const scenario leaves_result("leaves-result", [](const arguments&) {
    static auto small = brood::async([] { return 1; });
    static auto large = brood::async([] { return std::vector<int>(1'000'000, 7); });
    return 5;
});

const scenario exits_with_daemon("exits-with-daemon", [](const arguments&) -> int {
    leave_running(brood::process_options{.daemon = true}, idle);
    std::exit(6);
});

const scenario starts_one("starts-one", [](const arguments& given) {
    auto child = brood::async([](const std::vector<std::string>& all) { return all.size(); }, given);
    std::printf("%zu", child.get());
    return 0;
});

const scenario leaves_reserve("leaves-reserve", [](const arguments&) {
    brood::set_spawn_reserve(2);
    return comes_true([] { return brood::spawn_reserve_ready() == 2; }) ? 7 : 1;
});

}  // namespace

TEST_CASE("at the end of a program its daemons are terminated and its own exit code stays") {
    auto run = start_scenario("leaves-daemon");
    CHECK(run.wait().code() == 3);
    const brood::process_id daemon = std::stoll(run.output());
    CHECK(comes_true([&] { return is_gone(daemon); }));
}

TEST_CASE("at the end of a program its other children are waited for") {
    auto run = start_scenario("leaves-worker");
    CHECK(run.wait().code() == 4);
    CHECK(run.output() == "main is done\nworker is done\n");
}

TEST_CASE("results that nobody fetched do not keep a program from ending") {
    auto run = start_scenario("leaves-result");
    CHECK(run.wait().code() == 5);
    CHECK(run.errors().empty());
}

TEST_CASE("exit() in a program with a daemon ends both") {
    CHECK(start_scenario("exits-with-daemon").wait().code() == 6);
}

TEST_CASE("a program ends with its reserve") {
    auto run = start_scenario("leaves-reserve");
    CHECK(run.wait().code() == 7);
    CHECK(run.errors().empty());
}

TEST_CASE("a program's own arguments may look like brood's") {
    auto run = start_scenario("starts-one", {"--brood-child=x", "--start-method", "BROOD_CHILD=1:3:4"});
    CHECK(run.wait().success());
    CHECK(run.output() == "3");
}

TEST_CASE("a program starts children wherever and by whatever path it was started itself") {
    const temporary_folder folder;
    const auto name = from_utf8("a program \xC3\xA9\xE6\xBC\xA2 & more") += this_program().extension();
    const auto copy = folder.path() / name;
    fs::copy_file(this_program(), copy);
    const arguments starts = {"--scenario", "starts-one", "a"};
    const auto method = std::string(brood::to_string(brood::get_start_method()));
    const run_options in_folder{.environment = {{"BROOD_TEST_START_METHOD", method}}, .directory = folder.path()};
    SUBCASE("by an absolute path with blanks and other alphabets") {
        program run(copy, starts, {.environment = in_folder.environment});
        CHECK(run.wait().success());
        CHECK(run.output() == "1");
    }
    SUBCASE("in another directory") {
        program run(this_program(), starts, in_folder);
        CHECK(run.wait().success());
        CHECK(run.output() == "1");
    }
}
