// SPDX-License-Identifier: MIT
// The result of the benchmark as text for a reader and as JSON for a program.
#pragma once

#include "measure.hpp"
#include "style.hpp"

#include <string>

namespace tool {

// A table; what a row is compared with stands beside it, or below it on a narrow screen.
std::string as_text(const session& done, const style& look);
// A list of objects {name, start_method, unit, median, min, max, runs}, and where a row is compared with another one
// {ratio, ratio_to} or {difference, difference_to}, and its target.
std::string as_json(const session& done);

}  // namespace tool
