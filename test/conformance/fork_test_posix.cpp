// SPDX-License-Identifier: MIT
// fork_process, and what fork alone does.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <optional>
#include <pthread.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

using namespace brood_test;

namespace {

// Runs in the thread that forks, when brood's own handlers have run already: they were installed later.
std::function<void()> last_thing_before_fork;
const int watches_forks = ::pthread_atfork(
    [] {
        if (const auto once = std::exchange(last_thing_before_fork, nullptr)) once();
    },
    nullptr, nullptr);

}  // namespace

TEST_CASE("fork_process runs any callable on a copy of this memory") {
    int value = 5;
    brood::fork_process child([&] {
        value += 1;
        std::exit(value);
    });
    value = 20;
    child.start();
    child.join();
    CHECK(child.exit_code() == 21);
    CHECK(value == 20);
}

TEST_CASE("fork_process takes arguments and callables that only move") {
    auto target = [owned = std::make_unique<int>(3)](const std::unique_ptr<int>& more) { std::exit(*owned + *more); };
    brood::fork_process child(std::move(target), std::make_unique<int>(4));
    child.start();
    child.join();
    CHECK(child.exit_code() == 7);
}

TEST_CASE("fork_process has the names, options and errors of process") {
    const temporary_folder folder;
    brood::fork_process child({.name = "copy", .stderr_to = folder / "err"}, [] { throw std::runtime_error("why"); });
    child.start();
    child.join();
    CHECK(child.exit_code() == 1);
    CHECK(read_text(folder / "err").starts_with("process copy: std::runtime_error: why\n"));
}

TEST_CASE("fork is refused while another thread runs, and works again when it has ended") {
    const auto go = mailbox::make();
    std::thread other([&] { go.wait(); });
    brood::fork_process copy([] {});
    brood::process child({.start_method = brood::start_method::fork}, [] {});
    CHECK_THROWS_AS(copy.start(), brood::start_error);
    CHECK_THROWS_AS(child.start(), brood::start_error);
    CHECK(copy.pid() == 0);
    go.send();
    other.join();
    copy.start();
    child.start();
    copy.join();
    child.join();
    CHECK(copy.exit_code() == 0);
    CHECK(child.exit_code() == 0);
}

TEST_CASE("fork with other threads works when it is allowed") {
    const auto go = mailbox::make();
    std::thread other([&] { go.wait(); });
    brood::fork_process child({.allow_threads = true}, [] { std::exit(2); });
    child.start();
    child.join();
    CHECK(child.exit_code() == 2);
    go.send();
    other.join();
}

TEST_CASE("brood's own threads do not hinder a fork") {
    brood::set_spawn_reserve(1);
    CHECK(comes_true([] { return brood::spawn_reserve_ready() == 1; }));
    brood::fork_process child([] { std::exit(static_cast<int>(brood::spawn_reserve_ready())); });
    child.start();
    child.join();
    CHECK(child.exit_code() == 0);
    brood::set_spawn_reserve(0);
}

TEST_CASE("a shared result that comes while this process forks is fetched by the child, with handles of its own") {
    REQUIRE(watches_forks == 0);
    const temporary_folder folder;
    const auto go = mailbox::make();
    const auto file = brood::async(
                          [](const std::string& path, const mailbox& from) {
                              auto made = brood::file::open(path, "w+");
                              made.write("shared");
                              from.wait();
                              return made;
                          },
                          (folder / "file").string(), go)
                          .share();
    bool came_first = true;
    last_thing_before_fork = [&] {
        go.send();
        came_first = file.wait_for(std::chrono::milliseconds(300)) == std::future_status::ready;
    };
    auto text = brood::async(
        brood::process_options{.start_method = brood::start_method::fork},
        [](const brood::shared_future<brood::file>& from) {
            from.get().seek(0);
            return from.get().read_all();
        },
        file);
    REQUIRE_FALSE(last_thing_before_fork);
    CHECK_FALSE(came_first);
    CHECK(text.get() == "shared");
    CHECK(file.get().is_open());
}

TEST_CASE("a forked copy of a process object refuses to work and its end does not touch the child") {
    auto child = brood::spawn(idle);
    std::optional<brood::fork_process> copy;
    copy.emplace([&] {
        try {
            child.kill();
        } catch (const std::logic_error& error) {
            const brood::process taken = std::move(child);  // destroyed here
            std::exit(std::string(error.what()) == "cannot kill this process: only the process that made it can" ? 11
                                                                                                                 : 12);
        }
    });
    copy->start();
    copy->join();
    CHECK(copy->exit_code() == 11);
    CHECK(child.is_alive());
    child.kill();
    child.join();
}

TEST_CASE("a forked copy of the process object that was started refuses to start") {
    brood::fork_process* itself = nullptr;
    brood::fork_process child([&] {
        try {
            itself->start();
        } catch (const std::logic_error& error) {
            std::exit(std::string(error.what()) == "cannot start this process: only the process that made it can" ? 11
                                                                                                                  : 12);
        }
    });
    itself = &child;
    child.start();
    child.join();
    CHECK(child.exit_code() == 11);
}

TEST_CASE("a forked copy of a process object refuses to work though other threads used it") {
    brood::process shared({.allow_threads = true}, idle);
    shared.start();
    std::atomic<bool> enough{false};
    std::vector<std::thread> users;
    for (int i = 0; i < 2; ++i)
        users.emplace_back([&] {
            while (!enough) static_cast<void>(shared.name());
        });
    int refused = 0;
    for (int i = 0; i < 50; ++i) {
        brood::fork_process child({.allow_threads = true}, [&] {
            try {
                shared.set_name("forked");
                static_cast<void>(shared.is_alive());
            } catch (const std::logic_error&) {
                std::exit(11);
            }
        });
        child.start();
        child.join();
        refused += child.exit_code() == 11;
    }
    enough = true;
    for (auto& one : users) one.join();
    CHECK(refused == 50);
    shared.kill();
}

TEST_CASE("a forked copy of a future or a sentinel refuses to wait, and its end closes nothing") {
    const auto go = mailbox::make();
    auto child = brood::spawn({.daemon = true}, idle);
    auto result = brood::async(
        [](const mailbox& box) {
            box.wait();
            return 7;
        },
        go);
    const auto sentinel = child.sentinel();
    brood::fork_process copy([&] {
        const auto refuses = [](auto use) {
            try {
                use();
            } catch (const std::logic_error& error) {
                return std::string(error.what()).ends_with("only the process that made it can");
            }
            return false;
        };
        expect(refuses([&] { static_cast<void>(sentinel.is_ready()); }), "the sentinel");
        expect(refuses([&] { static_cast<void>(result.ready()); }), "the future");
        std::vector<int> opened;  // some under the numbers that the future had
        for (int i = 0; i < 20; ++i) opened.push_back(::dup(0));
        { const auto taken = std::move(result); }
        for (int fd : opened) expect(::close(fd) == 0, "what was opened is open");
    });
    copy.start();
    copy.join();
    CHECK(copy.exit_code() == 0);
    go.send();
    CHECK(result.get() == 7);
}

TEST_CASE("a forked child has no children of its own and starts its own") {
    auto sibling = brood::spawn({.daemon = true}, idle);
    brood::fork_process child([] {
        expect(brood::active_children().empty(), "none yet");
        for (const auto method : brood::available_start_methods()) {
            auto nested = brood::async({.start_method = method}, [] { return 4; });
            expect(nested.get() == 4, std::string(brood::to_string(method)));
        }
    });
    child.start();
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(sibling.is_alive());
}

namespace {

// Static, so that a plain exit would run it in each copy.
struct says_goodbye {
    bool armed = false;
    ~says_goodbye() {
        if (armed) std::fputs("destroyed;", stdout);
    }
} goodbye;

const scenario exits_once("exits-once", [](const arguments&) {
    goodbye.armed = true;
    std::atexit([] { std::fputs("handler;", stdout); });
    brood::fork_process child([] { std::atexit([] { std::fputs("child's own;", stdout); }); });
    child.start();
    child.join();
    std::fputs("joined;", stdout);
    return 0;
});

}  // namespace

TEST_CASE("exit handlers and static objects of the parent are not for its forked children") {
    auto run = start_scenario("exits-once");
    CHECK(run.wait().success());
    CHECK(run.output() == "child's own;joined;handler;destroyed;");
}
