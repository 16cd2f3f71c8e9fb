// SPDX-License-Identifier: MIT
// Texts side by side, each under its own title.
#pragma once

#include "style.hpp"

#include <string>
#include <vector>

namespace tool {

struct column {
    std::string title;
    std::string subtitle;
    std::string text;
    std::string verdict;  // already painted lines below the text; not wrapped inside a colour
    bool good = true;     // colour of the verdict
};

// Drawn side by side over the width of the screen, or below each other when the columns would be too narrow to read.
std::string side_by_side(const style& look, const std::vector<column>& columns);
// One below the other, for a file or another program: "[title] text".
std::string one_by_one(const style& look, const std::vector<column>& columns);

}  // namespace tool
