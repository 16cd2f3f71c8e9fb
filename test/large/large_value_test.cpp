// SPDX-License-Identifier: MIT
// Values beyond 2 GiB; the machine must have room for a handful of them.
#include "scenario.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <numeric>

using namespace brood_test;

namespace {

constexpr std::size_t value_count = (std::size_t{9} << 28) / sizeof(std::uint64_t);  // 2.25 GiB

std::vector<std::uint64_t> numbers() {
    std::vector<std::uint64_t> all(value_count);
    std::iota(all.begin(), all.end(), std::uint64_t{3});
    return all;
}

bool are_numbers(const std::vector<std::uint64_t>& all) {
    std::uint64_t next = 3;
    return all.size() == value_count &&
           std::all_of(all.begin(), all.end(), [&](std::uint64_t one) { return one == next++; });
}

// Each way alone, so that at most two of them are in memory.
const scenario large_values("large-values", [](const arguments&) {
    if (!brood::async(are_numbers, numbers()).get()) return 1;
    return are_numbers(brood::async(numbers).get()) ? 0 : 2;
});

}  // namespace

TEST_CASE("values of more than 2 GiB go and come whole, copied directly") {
    CHECK(start_scenario("large-values").wait().success());
}

TEST_CASE("values of more than 2 GiB go and come whole over the channel") {
    auto run = start_scenario("large-values", {}, {.environment = {{"BROOD_NO_DIRECT_COPY", "1"}}});
    CHECK(run.wait().success());
}
