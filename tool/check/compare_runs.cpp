// SPDX-License-Identifier: MIT
#include "check/compare_runs.hpp"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <sstream>

namespace tool::check {
namespace {

using lines = std::vector<std::string>;

bool is_hexadecimal(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The line with "#" for each number, decimal, with a point, or hexadecimal after 0x.
std::string mask(const std::string& line) {
    std::string text;
    for (std::size_t i = 0; i < line.size();) {
        if (!is_digit(line[i])) {
            text += line[i++];
            continue;
        }
        const bool hexadecimal = line[i] == '0' && i + 1 < line.size() && line[i + 1] == 'x';
        if (hexadecimal) i += 2;
        while (i < line.size() && (hexadecimal ? is_hexadecimal(line[i]) : is_digit(line[i]) || line[i] == '.')) ++i;
        text += '#';
    }
    return text;
}

lines sorted_lines(const std::string& text, bool masked) {
    lines all;
    std::istringstream input(text);
    for (std::string line; std::getline(input, line);) all.push_back(masked ? mask(line) : line);
    std::sort(all.begin(), all.end());
    return all;
}

lines minus(const lines& a, const lines& b) {
    lines left;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(left));
    return left;
}

std::string to_line(const std::string& name, const written_file& file) {
    if (file.removed) return name + ": removed";
    return name + ": " + std::to_string(file.size) + " bytes, " + std::to_string(file.hash % 100000000);
}

void add_if_different(std::vector<run_difference>& into, const std::string& kind, const run& first, const run& other,
                      const lines& a, const lines& b) {
    if (a == b) return;
    into.push_back({kind, other.label, first.label, minus(a, b), minus(b, a)});
}

}  // namespace

run_comparison::run_comparison(const run& first, const run& again) : first_(first) {
    if (lines_of(first) != lines_of(again)) {
        masked_ = true;
        notes_.push_back(
            "numbers in the output differ from run to run, also under one start method: they are not "
            "compared");
        if (lines_of(first) != lines_of(again)) {
            compares_output_ = false;
            notes_.back() = "the output differs from run to run, also under one start method: it is not compared";
        }
    }
    const lines a = files_of(first), b = files_of(again);
    for (const auto& [name, file] : first.files) {
        const auto other = again.files.find(name);
        if (other == again.files.end() || !(other->second == file)) unstable_files_.push_back(name);
    }
    for (const auto& [name, file] : again.files)
        if (!first.files.contains(name)) unstable_files_.push_back(name);
    if (a != b) notes_.push_back("files differ from run to run, also under one start method: those are not compared");
    if (first.code != again.code)
        notes_.push_back("the exit code differs from run to run, also under one start method");
}

lines run_comparison::lines_of(const run& one) const { return sorted_lines(one.output, masked_); }

lines run_comparison::files_of(const run& one) const {
    lines all;
    for (const auto& [name, file] : one.files)
        if (std::find(unstable_files_.begin(), unstable_files_.end(), name) == unstable_files_.end())
            all.push_back(to_line(name, file));
    return all;
}

std::vector<run_difference> run_comparison::compare(const run& other) const {
    std::vector<run_difference> found;
    const auto end_of = [](const run& one) {
        return lines{one.timed_out ? "did not end in time" : std::to_string(one.code)};
    };
    add_if_different(found, "exit code", first_, other, end_of(first_), end_of(other));
    if (compares_output_) add_if_different(found, "output", first_, other, lines_of(first_), lines_of(other));
    add_if_different(found, "files", first_, other, files_of(first_), files_of(other));
    add_if_different(found, "children", first_, other, first_.children, other.children);
    return found;
}

}  // namespace tool::check
