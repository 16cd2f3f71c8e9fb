// SPDX-License-Identifier: MIT
// Starts leave no handle behind.
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

using namespace brood_test;

namespace {

// By looking at every value that the system gives to handles: GetProcessHandleCount() is always 0 under Wine.
std::size_t open_handles() {
    std::size_t count = 0;
    for (std::uintptr_t value = 4; value < 0x10000; value += 4) {
        DWORD flags = 0;
        count += ::GetHandleInformation(reinterpret_cast<HANDLE>(value), &flags) != 0;
    }
    return count;
}

void work() {
    for (int i = 0; i < 3; ++i) {
        auto child = brood::spawn([](int code) { std::exit(code); }, i);
        child.join();
        CHECK(child.exit_code() == i);
        CHECK(brood::async([](const std::vector<int>& all) { return all.size(); }, std::vector<int>(50'000)).get() ==
              50'000);
        static_cast<void>(brood::async([](const mailbox& given) { return given; }, mailbox::make()).get());
        auto killed = brood::spawn(idle);
        killed.kill();
        brood::process failed({.cwd = "Z:\\nowhere\\at\\all"}, idle);
        CHECK_THROWS(failed.start());
    }
}

}  // namespace

TEST_CASE("starts, results, handles, deaths and failures leave no handle") {
    work();
    const std::size_t before = open_handles();
    work();
    CHECK(open_handles() <= before);
}

TEST_CASE("64 starts at once from 8 threads leave no handle") {
    std::atomic<int> right{0};
    const auto start_all = [&] {
        std::vector<std::thread> all;
        for (int t = 0; t < 8; ++t)
            all.emplace_back([&right, t] {
                std::vector<brood::process> children;
                for (int i = 0; i < 8; ++i)
                    children.push_back(brood::spawn([](int code) { std::exit(code); }, 8 * t + i));
                for (int i = 0; i < 8; ++i) {
                    auto& child = children[static_cast<std::size_t>(i)];
                    child.join();
                    right += child.exit_code() == 8 * t + i;
                }
            });
        for (auto& one : all) one.join();
    };
    start_all();
    const std::size_t before = open_handles();
    start_all();
    CHECK(right == 128);
    CHECK(open_handles() <= before + 32);  // what is kept to be used again depends on how many were at work at once
}
