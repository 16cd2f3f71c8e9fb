// SPDX-License-Identifier: MIT
// Children that were spawned ahead of time look like those that were not.
#include "folder.hpp"
#include "mailbox.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <cstdlib>
#include <doctest/doctest.h>

using namespace brood_test;

namespace {

// A reserve for one test.
struct with_reserve {
    explicit with_reserve(std::size_t n) {
        brood::set_spawn_reserve(n);
        REQUIRE(comes_true([&] { return brood::spawn_reserve_ready() == n; }));
    }
    ~with_reserve() { brood::set_spawn_reserve(0); }
};

constexpr auto spawn = brood::start_method::spawn;

}  // namespace

TEST_CASE("the reserve fills, lends a child to a start, fills again, and empties on request") {
    {
        const with_reserve two(2);
        CHECK(brood::active_children().empty());
        auto result = brood::async({.start_method = spawn}, [] { return brood::current_process().name(); });
        CHECK(result.get().starts_with("process-"));
        CHECK(comes_true([] { return brood::spawn_reserve_ready() == 2; }));
    }
    CHECK(brood::spawn_reserve_ready() == 0);
}

TEST_CASE("a child of the reserve has name, directory, environment, streams and arguments of its start") {
    const with_reserve one(1);
    const temporary_folder folder;
    const auto pipe = mailbox::make();
    auto child = brood::spawn(
        {.name = "late",
         .start_method = spawn,
         .cwd = folder.path(),
         .env = {{"BROOD_TEST_LATE", "yes"}},
         .stdout_to = folder / "out"},
        [](const mailbox& to, const std::vector<int>& large) {
            const char* value = std::getenv("BROOD_TEST_LATE");
            std::puts("written");
            write_text("by relative path", "x");
            to.send(brood::current_process().name() + "|" + (value ? value : "") + "|" + std::to_string(large.size()));
        },
        pipe, std::vector<int>(100'000, 1));
    CHECK(pipe.receive() == "late|yes|100000");
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(read_text(folder / "out") == "written\n");
    CHECK(read_text(folder / "by relative path") == "x");
}

TEST_CASE("a child of the reserve has the directory that this process has now, not when the reserve was made") {
    const with_reserve one(1);
    const temporary_folder folder;
    const auto before = std::filesystem::current_path();
    std::filesystem::current_path(folder.path());
    auto there = brood::async({.start_method = spawn}, [] { return to_utf8(std::filesystem::current_path()); });
    const std::string answer = there.get();
    std::filesystem::current_path(before);
    CHECK(std::filesystem::equivalent(from_utf8(answer), folder.path()));
}

TEST_CASE("starts beyond the reserve are made as usual") {
    const with_reserve one(1);
    std::vector<brood::future<int>> results;
    for (int i = 0; i < 4; ++i)
        results.push_back(brood::async(
            {.start_method = spawn}, [](int value) { return value; }, i));
    for (int i = 0; i < 4; ++i) CHECK(results[static_cast<std::size_t>(i)].get() == i);
}
