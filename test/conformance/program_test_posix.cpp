// SPDX-License-Identifier: MIT
// Ways to start a program that POSIX shells have.
#include "scenario.hpp"

#include <brood/brood.hpp>

#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>

using namespace brood_test;
namespace fs = std::filesystem;

namespace {

void check_starts_one(const fs::path& path, run_options options) {
    options.environment["BROOD_TEST_START_METHOD"] = brood::to_string(brood::get_start_method());
    program run(path, {"--scenario", "starts-one", "a", "b"}, std::move(options));
    CHECK(run.wait().success());
    CHECK(run.output() == "2");
    CHECK(run.errors().empty());
}

}  // namespace

TEST_CASE("a program started by a relative path") {
    check_starts_one(fs::path(".") / this_program().filename(), {.directory = this_program().parent_path()});
}

TEST_CASE("a program found in PATH") {
    const std::string path = this_program().parent_path().string() + ":" + std::getenv("PATH");
    ::setenv("PATH", path.c_str(), 1);
    check_starts_one(this_program().filename(), {.directory = "/"});
    ::setenv("PATH", path.substr(path.find(':') + 1).c_str(), 1);
}

TEST_CASE("a program started through a symbolic link") {
    const temporary_folder folder;
    fs::create_symlink(this_program(), folder / "a link");
    check_starts_one(folder / "a link", {});
}

namespace {

const scenario moves_away("moves-away", [](const arguments&) {
    fs::current_path("/");
    return brood::async([] { return fs::current_path() == "/" ? 8 : 1; }).get();
});

}  // namespace

TEST_CASE("a program that was started by a relative path and has moved to another directory") {
    const auto method = std::string(brood::to_string(brood::get_start_method()));
    program run(fs::path(".") / this_program().filename(), {"--scenario", "moves-away"},
                {.environment = {{"BROOD_TEST_START_METHOD", method}}, .directory = this_program().parent_path()});
    CHECK(run.wait().code() == 8);
}
