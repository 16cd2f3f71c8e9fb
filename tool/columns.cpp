// SPDX-License-Identifier: MIT
#include "columns.hpp"

#include <algorithm>

namespace tool {
namespace {

constexpr std::size_t margin = 2;             // before the first column
constexpr std::size_t narrowest_column = 22;  // narrower ones are not readable side by side

// One cell of a row: its lines, each in one colour.
struct cell {
    std::vector<std::string> lines;
    ink colour = ink::plain;
};

std::string verdict_text(const style& look, const column& one) {
    return one.verdict.empty() ? "" : one.good ? look.good(one.verdict) : look.bad(one.verdict);
}

std::size_t column_width(const style& look, std::size_t count) {
    return (look.width - margin - 3 * (count - 1)) / count;
}

std::string table_row(const style& look, const std::vector<cell>& cells, std::size_t width) {
    std::size_t height = 0;
    for (const cell& one : cells) height = std::max(height, one.lines.size());
    std::string all;
    for (std::size_t i = 0; i < height; ++i) {
        std::string line(margin, ' ');
        for (std::size_t c = 0; c < cells.size(); ++c) {
            if (c > 0) line += std::string(" ") + look.paint(ink::faint, look.bar()) + " ";
            const std::string text = i < cells[c].lines.size() ? cells[c].lines[i] : "";
            line += look.paint(cells[c].colour, c + 1 < cells.size() ? pad_right(text, width) : text);
        }
        all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return all;
}

std::string rule(const style& look, std::size_t count, std::size_t width) {
    std::string line(margin, ' ');
    for (std::size_t c = 0; c < count; ++c) {
        if (c > 0) line += std::string(look.dash()) + look.crossing() + look.dash();
        line += repeat(look.dash(), width);
    }
    return look.paint(ink::faint, line) + "\n";
}

}  // namespace

std::string side_by_side(const style& look, const std::vector<column>& columns) {
    const std::size_t width = column_width(look, columns.size());
    if (width < narrowest_column) return one_by_one(look, columns);
    style bare = look;
    bare.colours = false;
    std::vector<cell> titles, subtitles, texts, verdicts;
    for (const column& one : columns) {
        titles.push_back({wrap(one.title, width), ink::bold});
        subtitles.push_back({wrap(one.subtitle, width), ink::faint});
        texts.push_back({wrap(one.text, width, 2), ink::plain});
        verdicts.push_back({wrap(verdict_text(bare, one), width, 2), one.good ? ink::green : ink::red});
    }
    return table_row(look, titles, width) + table_row(look, subtitles, width) + rule(look, columns.size(), width) +
           table_row(look, texts, width) + table_row(look, verdicts, width);
}

std::string one_by_one(const style& look, const std::vector<column>& columns) {
    std::string all;
    for (const column& one : columns) {
        all += look.paint(ink::bold, "[" + one.title + "]") + " " + look.paint(ink::faint, one.subtitle) + "\n";
        for (const std::string& line : wrap(one.text, look.width - 4, 2)) all += "    " + line + "\n";
        if (!one.verdict.empty()) all += "  " + verdict_text(look, one) + "\n";
    }
    return all;
}

}  // namespace tool
