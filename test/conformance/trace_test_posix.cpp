// SPDX-License-Identifier: MIT
#include "scenario.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace brood_test;

namespace {

int next(int x) { return x + 1; }

const scenario to_full("trace to a full device", [](const arguments&) {
    brood::pool pool({.workers = 1, .trace = "/dev/full"});
    for (int i = 0; i < 10; ++i)
        if (pool.apply(next, i) != i + 1) return 1;
    return 0;
});

}  // namespace

TEST_CASE("a trace whose disk is full ends with one line on standard error, and the pool goes on") {
    if (!std::filesystem::exists("/dev/full")) return;
    auto run = start_scenario("trace to a full device");
    CHECK(run.wait().code() == 0);
    const auto text = run.errors();
    INFO(text);
    CHECK(text.starts_with("brood: the trace '/dev/full' ends here: "));
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}
