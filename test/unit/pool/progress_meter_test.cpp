// SPDX-License-Identifier: MIT
#include <brood/detail/progress_meter.hpp>

#include <cstdint>
#include <optional>
#include <vector>

#include <doctest/doctest.h>

using brood::detail::progress_meter;

TEST_CASE("a callback is told the sum and the total") {
    std::vector<std::uint64_t> told;
    {
        progress_meter meter(
            [&](std::uint64_t done, std::optional<std::uint64_t> total) {
                CHECK(total == 5);
                told.push_back(done);
            },
            5);
        meter.add(2);
        meter.add(3);
    }
    CHECK(told == std::vector<std::uint64_t>{2, 5});
}

TEST_CASE("progress options are a bar, a function or nothing") {
    CHECK_FALSE(brood::progress_option());
    CHECK_FALSE(brood::progress_option(false));
    CHECK(brood::progress_option(true).bar());
    const brood::progress_option call = [](std::uint64_t, std::optional<std::uint64_t>) {};
    CHECK(call);
    CHECK_FALSE(call.bar());
    const brood::map_options options{.progress = true};
    CHECK(options.progress->bar());
}

TEST_CASE("a meter for nobody says nothing") {
    progress_meter meter({}, std::nullopt);
    meter.add(1);
}
