// SPDX-License-Identifier: MIT
// Several threads at one object.
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <atomic>
#include <doctest/doctest.h>
#include <thread>

using namespace brood_test;

namespace {

template <class F>
void in_threads(int count, F work) {
    std::vector<std::thread> all;
    for (int i = 0; i < count; ++i) all.emplace_back(work);
    for (auto& one : all) one.join();
}

}  // namespace

TEST_CASE("eight threads can join one process") {
    const auto go = mailbox::make();
    auto child = brood::spawn(
        [](const mailbox& box) {
            box.wait();
            std::exit(3);
        },
        go);
    std::atomic<int> right{0};
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i)
        all.emplace_back([&] {
            child.join();
            right += child.exit_code() == 3;
        });
    go.send();
    for (auto& one : all) one.join();
    CHECK(right == 8);
}

TEST_CASE("of eight threads that start one process exactly one does") {
    const auto box = mailbox::make();
    brood::process child(
        {.allow_threads = true}, [](const mailbox& to) { to.send("once"); }, box);
    std::atomic<int> started{0}, refused{0};
    in_threads(8, [&] {
        try {
            child.start();
            ++started;
        } catch (const std::logic_error&) {
            ++refused;
        }
    });
    child.join();
    CHECK(started == 1);
    CHECK(refused == 7);
    CHECK(child.exit_code() == 0);
    CHECK(box.receive() == "once");
}

TEST_CASE("threads may look, kill and join at the same time") {
    auto child = brood::spawn(idle);
    in_threads(8, [&] {
        static_cast<void>(child.is_alive());
        static_cast<void>(child.exit_status());
        child.kill();
        static_cast<void>(brood::active_children());
        child.join();
    });
    CHECK(child.exit_code() == -9);
}

TEST_CASE("threads may wait for one result while another fetches it") {
    const auto go = mailbox::make();
    auto result = brood::async(
        [](const mailbox& box) {
            box.wait();
            return 1;
        },
        go);
    std::vector<std::thread> all;
    for (int i = 0; i < 4; ++i) all.emplace_back([&] { result.wait(); });
    go.send();
    for (auto& one : all) one.join();
    CHECK(result.get() == 1);
}

TEST_CASE("the start method and the executable may be set by any thread") {
    const auto chosen = brood::get_start_method();
    in_threads(4, [&] {
        for (int i = 0; i < 100; ++i) {
            brood::set_start_method(chosen, true);
            brood::set_executable("");
            static_cast<void>(brood::get_start_method());
        }
    });
    CHECK(brood::get_start_method() == chosen);
}
