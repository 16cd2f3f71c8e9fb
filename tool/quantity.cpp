// SPDX-License-Identifier: MIT
#include "quantity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tool {

std::string number(double value) {
    char text[32];
    const int digits = value == 0 ? 2 : std::clamp(2 - static_cast<int>(std::floor(std::log10(std::abs(value)))), 0, 3);
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string quantity(double value, const std::string& unit) {
    const double size = std::abs(value);
    if (unit == "s")
        return size < 1e-6   ? number(value * 1e9) + " ns"
               : size < 1e-3 ? number(value * 1e6) + " us"
               : size < 1    ? number(value * 1e3) + " ms"
                             : number(value) + " s";
    if (unit == "bytes")
        return size < 1 << 20   ? number(value / 1024) + " KiB"
               : size < 1 << 30 ? number(value / (1 << 20)) + " MiB"
                                : number(value / (1 << 30)) + " GiB";
    if (unit == "MB/s") return size < 1000 ? number(value) + " MB/s" : number(value / 1000) + " GB/s";
    if (unit.ends_with("/s"))  // of what, the row's name says
        return value < 1e3   ? number(value) + " /s"
               : value < 1e6 ? number(value / 1e3) + " k/s"
                             : number(value / 1e6) + " M/s";
    return number(value) + " " + unit;
}

std::string time_text(double value) { return value <= 0 ? "0" : quantity(value, "s"); }

std::string joined(const std::vector<std::string>& words, const std::string& between) {
    std::string text;
    for (const std::string& one : words) text += (text.empty() ? "" : between) + one;
    return text;
}

}  // namespace tool
