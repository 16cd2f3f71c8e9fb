// SPDX-License-Identifier: MIT
// Many processes that want the same thing.
#include "program.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <vector>

using namespace brood_test;

TEST_CASE("200 processes increment a number under one mutex, and none is lost") {
    const int each = rounds(50);
    const auto count = static_cast<std::size_t>(rounds(200));
    brood::mutex m;
    brood::event go;
    const brood::shared_array<int> number(1);
    std::vector<brood::process> crowd;
    for (std::size_t i = 0; i < count; ++i)
        crowd.push_back(brood::spawn(
            [](brood::mutex theirs, brood::event start, brood::shared_array<int> sum, int times) {
                start.wait();
                for (int k = 0; k < times; ++k) {
                    const std::scoped_lock lock(theirs);
                    const int seen = sum[0];
                    std::this_thread::yield();
                    sum[0] = seen + 1;
                }
            },
            m, go, number, each));
    go.set();
    for (auto& one : crowd) {
        one.join();
        CHECK(one.exit_code() == 0);
    }
    CHECK(number[0] == static_cast<int>(count) * each);
    CHECK_FALSE(m.is_locked());
}
