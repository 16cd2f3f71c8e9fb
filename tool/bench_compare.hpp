// SPDX-License-Identifier: MIT
// This run of the benchmark beside an earlier one.
#pragma once

#include "measure.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tool {

// A row of an earlier run, as its JSON tells it.
struct old_row {
    std::string id, unit;
    std::size_t runs = 0;
    double median = 0;
    double low = 0, high = 0;  // the middle half of its samples
};

// Throws std::runtime_error with one sentence when the file is missing or was not written by `bench --format json`.
std::vector<old_row> read_old_rows(const std::string& path);

// Rows that both have. A row is slower (or larger) when the middle halves of its samples do not overlap and the medians
// differ by more than a twentieth: less is noise, and so is what fewer than three samples say.
std::vector<comparison_row> compare_rows(const session& now, const std::vector<old_row>& before);

}  // namespace tool
