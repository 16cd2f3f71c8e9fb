// SPDX-License-Identifier: MIT
#pragma once

#include "run_program.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdlib>
#include <doctest/doctest.h>
#include <stdexcept>
#include <string>
#include <vector>

// The tool with these arguments, as a reader of a file would see its output.
inline tool::program_output run_tool(std::vector<std::string> arguments) {
    const char* path = std::getenv("BROOD_TOOL");
    if (path == nullptr) throw std::runtime_error("BROOD_TOOL must hold the path of the brood program");
    arguments.insert(arguments.begin(), path);
    auto output = tool::run_program({.arguments = arguments,
                                     .directory = {},
                                     .environment = {{"COLUMNS", "100"}},
                                     .limit = std::chrono::minutes(4)});
    constexpr int cannot_start = 127;
    if (output.code == cannot_start) MESSAGE("not started: " << output.text);
    return output;
}

inline std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

inline bool contains(const std::string& text, const std::string& part) { return count(text, part) > 0; }

inline bool available(brood::start_method method) {
    const auto all = brood::available_start_methods();
    return std::find(all.begin(), all.end(), method) != all.end();
}

// One line that begins with the tool's name.
inline bool one_sentence(const std::string& text) { return text.starts_with("brood: ") && count(text, "\n") == 1; }
