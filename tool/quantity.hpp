// SPDX-License-Identifier: MIT
// Numbers and lists for a reader.
#pragma once

#include <string>
#include <vector>

namespace tool {

// Three significant digits.
std::string number(double value);
// In the unit in which it is easiest to read; `unit` is "s", "bytes", "MB/s" or any other word.
std::string quantity(double value, const std::string& unit);
// A length of time; nothing is "0".
std::string time_text(double value);
std::string joined(const std::vector<std::string>& words, const std::string& between);

}  // namespace tool
