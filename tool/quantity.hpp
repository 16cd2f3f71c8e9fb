// SPDX-License-Identifier: MIT
// Numbers for a reader.
#pragma once

#include <string>

namespace tool {

// Three significant digits.
std::string number(double value);
// In the unit in which it is easiest to read; `unit` is "s", "bytes", "MB/s" or any other word.
std::string quantity(double value, const std::string& unit);

}  // namespace tool
