// SPDX-License-Identifier: MIT
// Bars of rows whose values differ by orders of magnitude: on a logarithmic scale.
#pragma once

#include "measure.hpp"
#include "style.hpp"

#include <string>
#include <vector>

namespace tool {

// Rows of one group and one unit.
struct chart {
    std::string title, unit;
    std::vector<const row*> rows;
};
// In the order in which the groups were measured.
std::vector<chart> charts_of(const session& done);

// Where values lie between the powers of ten around all of them, from 0 to 1.
class log_scale {
public:
    explicit log_scale(const chart& one);
    double place(double value) const;
    std::vector<double> ticks() const;  // powers of ten

private:
    int lowest_ = 0, highest_ = 1;
};

// With block characters, a line for each row.
std::string as_bars(const session& done, const style& look);
// A picture of its own.
std::string as_svg(const chart& one);

}  // namespace tool
