// SPDX-License-Identifier: MIT
// How text is put on the screen: its width, its colours, and the signs that the terminal can show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

enum class ink : std::uint8_t { plain, bold, faint, green, red, yellow, blue };

struct style {
    std::size_t width = 80;
    bool colours = false;
    bool unicode = false;

    // Colours only on a terminal, and not when NO_COLOR is set; COLUMNS overrides the width.
    static style of_standard_output();
    // No colours, ASCII only.
    static style plain();

    std::string paint(ink colour, const std::string& text) const;
    std::string good(const std::string& text) const;  // a tick before the text
    std::string bad(const std::string& text) const;   // a cross
    const char* bar() const { return unicode ? "│" : "|"; }
    const char* dash() const { return unicode ? "─" : "-"; }
    const char* crossing() const { return unicode ? "┼" : "+"; }
};

std::string repeat(std::string_view sign, std::size_t times);

// Columns that the text takes: code points of UTF-8, escape sequences not counted.
std::size_t display_width(std::string_view text);
// Filled up with spaces, at the right or at the left.
std::string pad_right(const std::string& text, std::size_t width);
std::string pad_left(const std::string& text, std::size_t width);
// Lines of at most `width` columns, broken at spaces where there are some. Line feeds in the text are kept, tabs and
// carriage returns become spaces. `hanging` columns of space precede each line after the first of a paragraph.
std::vector<std::string> wrap(const std::string& text, std::size_t width, std::size_t hanging = 0);
// The text wrapped to the width of the screen, each line indented.
std::string paragraph(const style& look, const std::string& text, std::size_t indent = 0);

}  // namespace tool
