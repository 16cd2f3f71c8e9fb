// SPDX-License-Identifier: MIT
// The death of the fork server is survived by all but itself.
#include "mailbox.hpp"
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <atomic>
#include <csignal>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

using namespace brood_test;

namespace {

constexpr auto forkserver = brood::start_method::forkserver;

brood::process_id server() { return brood::async({.start_method = forkserver}, maker_of_this_process).get(); }

}  // namespace

TEST_CASE("children are forked by one server that is neither this process nor theirs") {
    const auto first = server();
    CHECK(first != brood::current_process().pid());
    CHECK(server() == first);
}

TEST_CASE("a fork server that was killed is replaced, and its running child goes on, with an unknown end") {
    const auto first = server();
    const auto ready = mailbox::make(), go = mailbox::make();
    auto child = brood::spawn(
        {.start_method = forkserver},
        [](const mailbox& tell, const mailbox& wait) {
            tell.send();
            wait.wait();
            tell.send("done");
        },
        ready, go);
    ready.wait();
    kill_process(first);
    CHECK(comes_true([&] { return is_gone(first); }));
    CHECK(child.is_alive());
    const auto second = server();
    CHECK(second != first);
    go.send();
    CHECK(ready.receive() == "done");
    child.join();
    CHECK(child.exit_status()->is_unknown());
    CHECK(child.exit_code() == 255);
}

TEST_CASE("a result still comes when the fork server was killed") {
    const auto go = mailbox::make();
    auto result = brood::async(
        {.start_method = forkserver},
        [](const mailbox& wait) {
            wait.wait();
            return std::vector<int>(100'000, 4);
        },
        go);
    kill_process(server());
    go.send();
    CHECK(result.get().size() == 100'000);
}

TEST_CASE("a child that was killed after its fork server has ended, nobody knows how") {
    auto child = brood::spawn({.start_method = forkserver}, idle);
    const auto first = server();
    kill_process(first);
    CHECK(comes_true([&] { return is_gone(first); }));
    child.kill();
    child.join();
    CHECK_FALSE(child.is_alive());
    CHECK(child.exit_code() == 255);
}

TEST_CASE("a fork server that was interrupted or asked to end is replaced") {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::kill(static_cast<pid_t>(server()), signal);
        CHECK(brood::async({.start_method = forkserver}, [] { return 2; }).get() == 2);
    }
}

TEST_CASE("the fork server is killed again and again while threads start children") {
    std::vector<std::thread> all;
    std::atomic<int> right{0};
    std::atomic<bool> stop{false};
    for (int i = 0; i < 4; ++i)
        all.emplace_back([&] {
            for (int n = 0; n < 20; ++n) {
                try {
                    right += brood::async(
                                 {.start_method = forkserver}, [](int value) { return value; }, n)
                                 .get() == n;
                } catch (const brood::start_error&) {
                    ++right;  // its server was killed twice during one start; the error says so
                }
            }
        });
    std::thread killer([&] {
        while (!stop) {
            try {
                kill_process(server());
            } catch (const brood::start_error&) {
            }
        }
    });
    for (auto& one : all) one.join();
    stop = true;
    killer.join();
    CHECK(right == 80);
    CHECK(brood::async({.start_method = forkserver}, [] { return 1; }).get() == 1);
}
