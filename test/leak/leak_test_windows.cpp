// SPDX-License-Identifier: MIT
// Starts leave no handle behind.
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

using namespace brood_test;

namespace {

DWORD open_handles() {
    DWORD count = 0;
    ::GetProcessHandleCount(::GetCurrentProcess(), &count);
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
    const DWORD before = open_handles();
    work();
    CHECK(open_handles() <= before);
}
