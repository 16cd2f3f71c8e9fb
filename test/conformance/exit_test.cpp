// SPDX-License-Identifier: MIT
// How a child ends, and what its parent is told about it.
#include "folder.hpp"
#include "mailbox.hpp"
#include "sanitizer.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <iostream>
#include <stdexcept>
#include <unistd.h>

using namespace brood_test;

namespace {

// Runs a target to its end, without its complaints.
template <class F, class... Args>
brood::exit_status end_of(F target, Args... arguments) {
    auto child = brood::spawn({.stderr_to = brood::null}, target, std::move(arguments)...);
    child.join();
    return *child.exit_status();
}

// Deep enough for any stack; what it returns keeps the compiler from making a loop of it.
int overflow(volatile int* outer, bool ends) {
    if (ends) return 0;
    volatile int frame[1024];
    frame[0] = outer == nullptr ? 0 : *outer + 1;
    const int inner = overflow(frame, frame[0] < 0);
    return inner + frame[0];
}

void throw_one() { throw 1; }
void break_a_promise() noexcept { throw_one(); }

}  // namespace

TEST_CASE("a target that returns gives exit code 0, whatever it returns") {
    auto child = brood::spawn([] { return 5; });
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(child.exit_status()->success());
    CHECK(child.exit_status()->to_string() == "exited with code 0");
}

TEST_CASE("exit(N) and _exit(N) in a target give N") {
    const auto by_exit = end_of([](int code) { std::exit(code); }, 7);
    CHECK(by_exit.exited());
    CHECK(by_exit.code() == 7);
    CHECK(by_exit.to_string() == "exited with code 7");
    CHECK(end_of([](int code) { _exit(code); }, 8).code() == 8);
    CHECK(end_of([] { std::exit(0); }).success());
}

TEST_CASE("an exception that leaves the target gives exit code 1 and says on stderr who, what type and why") {
    const temporary_folder folder;
    auto child = brood::spawn({.name = "the thrower", .stderr_to = folder / "errors"},
                              [] { throw std::out_of_range("index 9 of 3"); });
    child.join();
    CHECK(child.exit_code() == 1);
    const std::string text = read_text(folder / "errors");
    CHECK(text.substr(0, text.find('\n')) == "process the thrower: std::out_of_range: index 9 of 3");
}

TEST_CASE("the stack of an exception that leaves the target is printed under it") {
    const temporary_folder folder;
    auto child = brood::spawn({.stderr_to = folder / "errors"}, [] { throw std::runtime_error("why"); });
    child.join();
    CHECK((read_text(folder / "errors").find("\n  #0 ") != std::string::npos) == throws_are_seen);
}

TEST_CASE("an exception without a what() is named by its type") {
    const temporary_folder folder;
    auto child = brood::spawn({.name = "odd", .stderr_to = folder / "errors"}, [] { throw 42; });
    child.join();
    CHECK(child.exit_code() == 1);
    CHECK(read_text(folder / "errors").starts_with("process odd: int"));
}

TEST_CASE("abort and std::terminate count as SIGABRT") {
    const auto aborted = end_of([] { std::abort(); });
    CHECK(aborted.signal() == 6);
    CHECK(aborted.crashed());
    CHECK_FALSE(aborted.exited());
    CHECK(end_of([] { std::terminate(); }).signal() == 6);
    CHECK(end_of(break_a_promise).signal() == 6);
}

TEST_CASE("a write through a null pointer counts as SIGSEGV") {
    const auto crashed = end_of(crash);
    CHECK(crashed.signal() == 11);
    CHECK(crashed.crashed());
    const std::string words = crashed.to_string();
    CAPTURE(words);
    CHECK((words.find("SIGSEGV") != words.npos || words.find("access violation") != words.npos));
}

TEST_CASE("an exit code from a crash is negative by its signal, or the system's own code") {
    auto child = brood::spawn({.stderr_to = brood::null}, crash);
    child.join();
    CHECK(child.exit_code() == -11);
}

TEST_CASE("a stack overflow is never a success" * doctest::skip(!brood::native::compatibility_layer().empty())) {
    const auto ended = end_of([] { static_cast<void>(overflow(nullptr, false)); });
    CHECK_FALSE(ended.success());
    CHECK(ended.crashed());
}

TEST_CASE("terminate() ends a child with SIGTERM, kill() with SIGKILL") {
    auto terminated = brood::spawn(idle), killed = brood::spawn(idle);
    terminated.terminate();
    killed.kill();
    terminated.join();
    killed.join();
    CHECK(terminated.exit_code() == -15);
    CHECK_FALSE(terminated.exit_status()->crashed());
    CHECK(killed.exit_code() == -9);
    CHECK(killed.exit_status()->to_string().find("SIGKILL") != std::string::npos);
}

TEST_CASE("kill() ends a child that never waits") {
    auto child = brood::spawn(spin);
    child.kill();
    child.join();
    CHECK(child.exit_code() == -9);
}

namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

void obey(const mailbox& ready, int signal) {
    std::signal(signal, [](int) { asked_to_stop = 1; });
    ready.send();
    while (asked_to_stop == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::exit(33);
}

}  // namespace

TEST_CASE("a child's own handler of SIGTERM decides what terminate() does") {
    const auto ready = mailbox::make();
    auto child = brood::spawn(obey, ready, SIGTERM);
    ready.wait();
    child.terminate();
    child.join();
    CHECK(child.exit_code() == 33);
}

TEST_CASE("a child's own handler of SIGINT decides what interrupt() does") {
    const auto ready = mailbox::make();
    auto child = brood::spawn(obey, ready, SIGINT);
    ready.wait();
    child.interrupt();
    child.join();
    CHECK(child.exit_code() == 33);
}

TEST_CASE("interrupt() ends a child without a handler with SIGINT") {
    auto child = brood::spawn(idle);
    child.interrupt();
    child.join();
    CHECK(child.exit_code() == -2);
}

TEST_CASE("asking an ended child to stop is no error") {
    auto child = brood::spawn([] {});
    child.join();
    CHECK_NOTHROW(child.terminate());
    CHECK_NOTHROW(child.kill());
    CHECK_NOTHROW(child.interrupt());
    CHECK(child.exit_code() == 0);
}

namespace {

mailbox last_words;

void register_exit_handler(const mailbox& words) {
    last_words = words;
    std::atexit([] { last_words.send("handler ran"); });
}

}  // namespace

TEST_CASE("exit handlers that a target registered run when it returns, throws or calls exit") {
    const auto words = mailbox::make();
    SUBCASE("returns") { brood::spawn(register_exit_handler, words).join(); }
    SUBCASE("throws") {
        brood::spawn(
            {.stderr_to = brood::null},
            [](const mailbox& box) {
                register_exit_handler(box);
                throw std::runtime_error("out");
            },
            words)
            .join();
    }
    SUBCASE("exits") {
        brood::spawn(
            [](const mailbox& box) {
                register_exit_handler(box);
                std::exit(2);
            },
            words)
            .join();
    }
    CHECK(words.receive() == "handler ran");
}

TEST_CASE("what a target wrote to its streams arrives once and completely") {
    const temporary_folder folder;
    const auto path = folder / "output";
    std::cout << "" << std::flush;
    auto child = brood::spawn({.stdout_to = path}, [] {
        std::cout << "by stream;";
        std::fputs("by stdio;", stdout);
    });
    child.join();
    CHECK(read_text(path) == "by stream;by stdio;");
}

TEST_CASE("what a target wrote is flushed when it throws or exits") {
    const temporary_folder folder;
    const auto path = folder / "output";
    brood::spawn({.stdout_to = path, .stderr_to = brood::null}, [] {
        std::fputs("before", stdout);
        throw 1;
    }).join();
    CHECK(read_text(path) == "before");
    brood::spawn({.stdout_to = path}, [] {
        std::fputs("again", stdout);
        std::exit(0);
    }).join();
    CHECK(read_text(path) == "again");
}
