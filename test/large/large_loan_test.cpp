// SPDX-License-Identifier: MIT
// A vector of a gibibyte that another process reads where it lies.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <cstddef>
#include <numeric>
#include <vector>

namespace {

constexpr std::size_t loan_count = (std::size_t{1} << 30) / sizeof(double);

double sum_in_place(brood::queue<std::vector<double>> from) {
    const brood::loan<std::vector<double>> all = from.get_loan();
    brood_test::expect(all.size() == loan_count, "all of it");
    return std::accumulate(all.begin(), all.end(), 0.0);
}

}  // namespace

TEST_CASE("a vector of a gibibyte goes through a queue and is read in place") {
    brood::queue<std::vector<double>> way;
    auto sum = brood::async(sum_in_place, way);
    {
        std::vector<double> all(loan_count, 0.5);
        all.back() = 2.5;
        way.put(all);
    }
    CHECK(sum.get() == 0.5 * static_cast<double>(loan_count) + 2);
}
