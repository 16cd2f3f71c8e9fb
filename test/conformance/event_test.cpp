// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

using namespace brood_test;
using namespace std::chrono_literals;

TEST_CASE("an event is waited for until somebody sets it") {
    brood::event e;
    CHECK_FALSE(e.is_set());
    CHECK_FALSE(e.wait_for(0s));
    const auto begin = std::chrono::steady_clock::now();
    CHECK_FALSE(e.wait_for(20ms));
    CHECK(std::chrono::steady_clock::now() - begin >= 20ms);
    e.set();
    e.set();
    e.wait();
    CHECK(e.wait_until(begin));
    e.clear();
    e.clear();
    CHECK_FALSE(e.is_set());
    auto child = brood::spawn([](brood::event theirs) { theirs.set(); }, e);
    e.wait();
    CHECK(e.is_set());
    child.join();
}

TEST_CASE("set() lets everybody go who waits, also when clear() follows at once") {
    constexpr int children = 3;
    brood::event e;
    const auto mail = mailbox::make();
    std::vector<brood::future<bool>> all;
    for (int i = 0; i < children; ++i)
        all.push_back(brood::async(
            [](brood::event theirs, mailbox out) {
                out.send();
                const bool first = theirs.wait_for(60s);
                return first;
            },
            e, mail));
    for (int i = 0; i < children; ++i) mail.wait();
    // They may not have begun to wait: pulse until all have gone.
    for (auto& one : all) {
        while (one.wait_for(1ms) != std::future_status::ready) {
            e.set();
            e.clear();
        }
        CHECK(one.get());
    }
}
