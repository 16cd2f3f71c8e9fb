// SPDX-License-Identifier: MIT
#include "style.hpp"

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <cstdlib>

namespace tool {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool says_utf8() {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
        if (const std::string value = environment(name); !value.empty())
            return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos;
    return false;
}

bool continues_code_point(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The bytes at the start of `text` that take at most `width` columns.
std::size_t bytes_of(std::string_view text, std::size_t width) {
    std::size_t bytes = 0;
    for (std::size_t columns = 0; bytes < text.size(); ++bytes)
        if (!continues_code_point(text[bytes]) && ++columns > width) break;
    return bytes;
}

void wrap_line(std::string_view line, std::size_t width, std::size_t hanging, std::vector<std::string>& into) {
    std::string indent;
    while (display_width(line) + indent.size() > width) {
        const std::size_t limit = bytes_of(line, width - indent.size());
        const std::size_t space = line.find_last_of(' ', limit);
        const bool at_space = space != std::string_view::npos && space > 0;
        const std::size_t end = at_space ? space : limit;
        into.push_back(indent + std::string(line.substr(0, end)));
        line.remove_prefix(at_space ? end + 1 : end);
        indent.assign(hanging < width / 2 ? hanging : 0, ' ');
    }
    into.push_back(indent + std::string(line));
}

}  // namespace

style style::of_standard_output() {
    style look;
    if (const auto columns = brood::native::terminal_columns(brood::native::stream::out)) {
        look.width = *columns;
        look.colours = environment("NO_COLOR").empty() && environment("TERM") != "dumb";
        look.unicode = says_utf8();
    }
    if (const int columns = std::atoi(environment("COLUMNS").c_str()); columns > 0)
        look.width = static_cast<std::size_t>(columns);
    constexpr std::size_t narrowest = 40, widest = 160;
    look.width = std::clamp(look.width, narrowest, widest);
    return look;
}

style style::plain() {
    style look = of_standard_output();
    look.colours = look.unicode = false;
    return look;
}

std::string style::paint(ink colour, const std::string& text) const {
    if (!colours || colour == ink::plain || text.empty()) return text;
    static constexpr const char* codes[] = {"0", "1", "2", "32", "31", "33", "36"};
    return std::string("\033[") + codes[static_cast<std::size_t>(colour)] + "m" + text + "\033[0m";
}

std::string style::good(const std::string& text) const { return paint(ink::green, (unicode ? "✓ " : "ok: ") + text); }

std::string style::bad(const std::string& text) const { return paint(ink::red, (unicode ? "✗ " : "WRONG: ") + text); }

std::string repeat(std::string_view sign, std::size_t times) {
    std::string all;
    while (times-- > 0) all += sign;
    return all;
}

std::size_t display_width(std::string_view text) {
    std::size_t columns = 0;
    bool escape = false;
    for (const char c : text) {
        if (c == '\033') escape = true;
        if (!escape && !continues_code_point(c)) ++columns;
        if (c == 'm') escape = false;
    }
    return columns;
}

std::string pad_right(const std::string& text, std::size_t width) {
    const std::size_t used = display_width(text);
    return used < width ? text + std::string(width - used, ' ') : text;
}

std::string pad_left(const std::string& text, std::size_t width) {
    const std::size_t used = display_width(text);
    return used < width ? std::string(width - used, ' ') + text : text;
}

std::vector<std::string> wrap(const std::string& text, std::size_t width, std::size_t hanging) {
    std::string clean = text;
    std::erase(clean, '\r');
    std::replace(clean.begin(), clean.end(), '\t', ' ');
    std::vector<std::string> lines;
    for (std::size_t begin = 0; begin <= clean.size();) {
        const std::size_t end = std::min(clean.find('\n', begin), clean.size());
        wrap_line(std::string_view(clean).substr(begin, end - begin), width, hanging, lines);
        begin = end + 1;
    }
    if (lines.size() > 1 && lines.back().empty()) lines.pop_back();  // a final line feed is no line
    return lines;
}

std::string paragraph(const style& look, const std::string& text, std::size_t indent) {
    std::string all;
    for (const std::string& line : wrap(text, look.width - indent)) all += std::string(indent, ' ') + line + "\n";
    return all;
}

}  // namespace tool
