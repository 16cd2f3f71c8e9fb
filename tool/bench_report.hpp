// SPDX-License-Identifier: MIT
// The result of the benchmark as text for a reader and as JSON for a program.
#pragma once

#include "measure.hpp"
#include "style.hpp"

#include <string>
#include <vector>

namespace tool {

// A table; what a row is compared with stands beside it, or below it on a narrow screen.
std::string as_text(const session& done, const style& look);
// A list of objects {name, start_method, group, unit, median, low, high, min, max, runs}, and where a row is compared
// with another one {ratio, ratio_to} or {difference, difference_to}, and its target.
std::string as_json(const session& done);
// A page that stands alone, with a picture for each group.
std::string as_html(const session& done);

// ---- parts of it ----

// "1.05 x limit.fork_wait (target 1.30)"; empty when the row is compared with nothing.
std::string beside_text(const row& one);
bool reached(const relation& beside);
// "slower by 12 %"
std::string verdict_text(const comparison_row& one);
// "Under spawn a task below 3.1 ms is done sooner in the parent."
std::vector<std::string> break_even_sentences(const session& done);

}  // namespace tool
