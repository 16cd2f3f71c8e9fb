// SPDX-License-Identifier: MIT
// What the options of one process change in it, and nowhere else.
#include "folder.hpp"
#include "mailbox.hpp"
#include "sanitizer.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <fstream>
#include <iostream>
#include <new>

using namespace brood_test;
namespace fs = std::filesystem;

namespace {

std::string variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? "(none)" : value;
}

std::string here() { return to_utf8(fs::current_path()); }

bool can_be_checked_here() { return limits_leave_room && brood::native::compatibility_layer().empty(); }

}  // namespace

TEST_CASE("a child works where its options say, and this process stays where it is") {
    const temporary_folder folder;
    const auto before = fs::current_path();
    auto there = brood::async({.cwd = folder.path()}, here);
    CHECK(fs::equivalent(from_utf8(there.get()), folder.path()));
    CHECK(fs::current_path() == before);
}

TEST_CASE("a child has the working directory that this process has at its start") {
    const temporary_folder folder;
    const auto before = fs::current_path();
    brood::async([] {}).get();  // a fork server that was started there must not keep the child there
    fs::current_path(folder.path());
    auto there = brood::async(here);
    const std::string answer = there.get();
    fs::current_path(before);
    CHECK(fs::equivalent(from_utf8(answer), folder.path()));
}

TEST_CASE("environment variables are added and replaced, the others are inherited") {
    auto seen = brood::async({.env = {{"BROOD_TEST_ADDED", "new"}, {"BROOD_TEST_START_METHOD", "replaced"}}}, [] {
        return variable("BROOD_TEST_ADDED") + " " + variable("BROOD_TEST_START_METHOD") + " " + variable("PATH");
    });
    CHECK(seen.get() == "new replaced " + variable("PATH"));
    CHECK(variable("BROOD_TEST_ADDED") == "(none)");
}

TEST_CASE("with clear_env a child has the variables of its options alone") {
    auto seen = brood::async({.env = {{"BROOD_TEST_ADDED", "only"}}, .clear_env = true},
                             [] { return variable("BROOD_TEST_ADDED") + " " + variable("PATH"); });
    CHECK(seen.get() == "only (none)");
}

TEST_CASE("an empty value is a value") {
    auto seen = brood::async({.env = {{"BROOD_TEST_EMPTY", ""}}}, [] { return variable("BROOD_TEST_EMPTY"); });
    CHECK(seen.get() == "");
}

TEST_CASE("brood leaves no variable of its own in a child's environment") {
    auto names = brood::async([] {
        int found = 0;
        for (const char* name : {"BROOD_BOOTSTRAP", "BROOD_CHILD"}) found += std::getenv(name) != nullptr;
        return found;
    });
    CHECK(names.get() == 0);
}

// ---- streams ----

TEST_CASE("a child's standard input is the null device unless something else is chosen") {
    auto end = brood::async([] { return std::getchar() == EOF; });
    CHECK(end.get());
}

TEST_CASE("streams can lead to files by path") {
    const temporary_folder folder;
    write_text(folder / "in", "a line\n");
    auto child =
        brood::spawn({.stdin_from = folder / "in", .stdout_to = folder / "out", .stderr_to = folder / "err"}, [] {
            std::string line;
            std::getline(std::cin, line);
            std::cout << "out: " << line << std::endl;
            std::cerr << "err: " << line << std::endl;
        });
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(read_text(folder / "out") == "out: a line\n");
    CHECK(read_text(folder / "err") == "err: a line\n");
}

TEST_CASE("a path for output empties a file that is there") {
    const temporary_folder folder;
    write_text(folder / "out", "old and long");
    brood::spawn({.stdout_to = folder / "out"}, [] { std::puts("new"); }).join();
    CHECK(read_text(folder / "out") == "new\n");
}

TEST_CASE("streams can lead to one open file, where everything is appended in turn") {
    const temporary_folder folder;
    const auto log = brood::file::open(folder / "log", "w");
    log.write("first\n");
    brood::spawn({.stdout_to = log, .stderr_to = log}, [] {
        std::puts("second");
        std::fflush(stdout);
        std::fputs("third\n", stderr);
    }).join();
    log.write("fourth\n");
    CHECK(read_text(folder / "log") == "first\nsecond\nthird\nfourth\n");
}

TEST_CASE("streams can lead to a pipe, as a bare handle") {
    const auto pipe = mailbox::make();
    auto child = brood::spawn({.stdin_from = pipe.reader}, [] {
        std::string word;
        std::cin >> word;
        std::exit(static_cast<int>(word.size()));
    });
    write_bytes(pipe.writer, "seven77\n", 8);
    child.join();
    CHECK(child.exit_code() == 7);
}

TEST_CASE("streams that lead to null swallow everything") {
    auto child = brood::spawn({.stdin_from = brood::null, .stdout_to = brood::null, .stderr_to = brood::null}, [] {
        std::cout << "unseen" << std::endl;
        std::cerr << "unseen" << std::endl;
        expect(std::cout.good() && std::cerr.good(), "writing works");
    });
    child.join();
    CHECK(child.exit_code() == 0);
}

namespace {

const scenario inherits_streams("inherits-streams", [](const arguments&) {
    std::cout << "parent before;" << std::flush;
    brood::spawn([] { std::cout << "child out;" << std::flush, std::cerr << "child err;"; }).join();
    std::cout << "parent after;";
    return 0;
});

const scenario has_unflushed_output("has-unflushed-output", [](const arguments&) {
    std::fputs("once by stdio;", stdout);
    std::cout << "once by stream;";
    brood::spawn([] { std::fputs("child;", stdout); }).join();
    return 0;
});

}  // namespace

TEST_CASE("output and errors are inherited unless something else is chosen") {
    auto run = start_scenario("inherits-streams");
    CHECK(run.wait().success());
    CHECK(run.output() == "parent before;child out;parent after;");
    CHECK(run.errors() == "child err;");
}

TEST_CASE("what this process had buffered at a start is written once") {
    auto run = start_scenario("has-unflushed-output");
    CHECK(run.wait().success());
    const std::string text = run.output();
    for (const char* part : {"once by stdio;", "once by stream;", "child;"}) {
        CHECK(text.find(part) != text.npos);
        CHECK(text.find(part) == text.rfind(part));
    }
}

// ---- inherited handles ----

TEST_CASE("an inherited handle has the same value in the child") {
    const auto pipe = mailbox::make();
    auto child = brood::spawn(
        {.inherit = {pipe.writer}}, [](std::uintptr_t value) { write_bytes(to_handle(value), "x", 1); },
        to_number(pipe.writer));
    child.join();
    CHECK(child.exit_code() == 0);
    char got = 0;
    CHECK(read_bytes(pipe.reader, &got, 1) == 1);
    CHECK(got == 'x');
}

TEST_CASE("several inherited handles keep their values") {
    const auto a = mailbox::make(), b = mailbox::make();
    auto child = brood::spawn(
        {.inherit = {b.writer, a.writer}},
        [](std::uintptr_t to_a, std::uintptr_t to_b) {
            write_bytes(to_handle(to_a), "a", 1);
            write_bytes(to_handle(to_b), "b", 1);
        },
        to_number(a.writer), to_number(b.writer));
    child.join();
    REQUIRE(child.exit_code() == 0);
    char got[2] = {};
    read_bytes(a.reader, &got[0], 1);
    read_bytes(b.reader, &got[1], 1);
    CHECK(std::string(got, 2) == "ab");
}

// ---- limits ----

TEST_CASE("a child runs on the processors of its options") {
    auto count = brood::async({.cpus = {0}}, [] { return brood::cpu_count(); });
    CHECK(count.get() == 1);
}

TEST_CASE("a processor that does not exist is refused by start()") {
    brood::process child({.cpus = {60'000}}, idle);
    CHECK_THROWS(child.start());
    CHECK(child.pid() == 0);
    CHECK(brood::active_children().empty());
}

TEST_CASE("a memory limit makes an allocation fail, in the child alone" * doctest::skip(!can_be_checked_here())) {
    auto failed = brood::async({.memory_limit = std::uint64_t{1} << 30}, [] {
        try {
            const std::vector<char> much(std::size_t{3} << 30, 1);
            return much.empty();
        } catch (const std::bad_alloc&) {
            return true;
        }
    });
    CHECK(failed.get());
}

TEST_CASE("an exception for want of memory comes back as std::bad_alloc" * doctest::skip(!can_be_checked_here())) {
    auto failed = brood::async({.memory_limit = std::uint64_t{1} << 30},
                               [] { return std::vector<char>(std::size_t{3} << 30, 1).size(); });
    CHECK_THROWS_AS(failed.get(), std::bad_alloc);
}
