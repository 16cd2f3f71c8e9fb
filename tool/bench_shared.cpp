// SPDX-License-Identifier: MIT
// Shared arrays, which cross as a place whatever their size, and loans beside a copy in memory.
#include "bench_groups.hpp"
#include "bulk.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>

namespace tool {
namespace {

// A new process that gets the array and writes one element.
double pass(const brood::shared_array<char>& array) {
    array.back() = 0;
    const double seconds =
        seconds_of([&] { brood::async([](brood::shared_array<char> theirs) { theirs.back() = 7; }, array).get(); });
    if (array.back() != 7) throw std::logic_error("a child wrote to another array");
    return seconds;
}

// MB/s of making a loan, the best of three as below; its way to another process is that of an array.
double lend(const bulk& data) {
    std::optional<brood::loan<bulk>> loan;
    double best = 0;
    for (int i = 0; i < 3; ++i) {
        loan.reset();
        best = std::max(best, bulk_megabytes / seconds_of([&] { loan.emplace(data); }));
    }
    const bool right = brood::async([](brood::loan<bulk> theirs) { return theirs.back() == 1.5; }, *loan).get();
    if (!right) throw std::logic_error("a loan of other values");
    return best;
}

}  // namespace

// The arrays are made in the round of warming up: only their way to a new process counts.
void measure_shared(session& now) {
    const auto array_of = [](std::size_t size) {
        return [size, made = std::make_shared<std::unique_ptr<brood::shared_array<char>>>()] {
            if (!*made) *made = std::make_unique<brood::shared_array<char>>(size);
            return pass(**made);
        };
    };
    race(now,
         {{"shared_array.pass.1KiB", "", "s", array_of(std::size_t{1} << 10), {}},
          {"shared_array.pass.1GiB", "", "s", array_of(std::size_t{1} << 30),
           relation{relation::kind::ratio, "shared_array.pass.1KiB", 0, 1.1}}},
         now.few_runs());
    const auto from = std::make_shared<bulk>(bulk_count, 1.5);
    const auto to = std::make_shared<bulk>(bulk_count, 0.0);
    race(now,
         {{"limit.memcpy.loan", "", "MB/s", [=] { return copy_rate(*from, *to); }, {}},
          {"loan.64MiB", "", "MB/s", [=] { return lend(*from); },
           relation{relation::kind::ratio, "limit.memcpy.loan", 0, 0.8, true}}},
         now.few_runs());
}

}  // namespace tool
