// SPDX-License-Identifier: MIT
// Large values over the channel, where one process may not copy from the other's memory.
#include "scenario.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdint>
#include <doctest/doctest.h>
#include <numeric>

using namespace brood_test;

namespace {

std::vector<std::uint32_t> turned(std::vector<std::uint32_t> values) {
    std::reverse(values.begin(), values.end());
    return values;
}

const scenario large_by_channel("large-by-channel", [](const arguments&) {
    std::vector<std::uint32_t> there((std::size_t{16} << 20) / 4);
    std::iota(there.begin(), there.end(), 1U);
    const auto back = brood::async(turned, there).get();
    return back.size() == there.size() && std::equal(back.begin(), back.end(), there.rbegin()) ? 0 : 1;
});

}  // namespace

TEST_CASE("large values go and come whole when memory cannot be copied directly") {
    auto run = start_scenario("large-by-channel", {}, {.environment = {{"BROOD_NO_DIRECT_COPY", "1"}}});
    CHECK(run.wait().success());
}
