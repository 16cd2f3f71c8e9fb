// SPDX-License-Identifier: MIT
#include "refusal.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace tool {
namespace {

program_output compile(const layout& where, const std::string& compiler, const std::string& file) {
    program_run run;
    run.arguments = {compiler, "-std=c++20", "-fsyntax-only", "-fdiagnostics-color=never"};
    for (const std::string& directory : where.include_directories()) run.arguments.push_back("-I" + directory);
    run.arguments.push_back(file);
    run.directory = where.data / "tour" / "refused";
    run.environment["LC_ALL"] = "C";
    return run_program(run);
}

// The lines that tell a reader what is wrong: the member, the place in the program, the error.
bool telling(const std::string& line, const std::string& file, const std::string& so_far) {
    const auto first = [&](const std::string& part) {
        return line.find(part) != std::string::npos && so_far.find(part) == std::string::npos;
    };
    return line.find("error: ") != std::string::npos || first("cannot_be_sent<") || first(file + ":");
}

void excerpt(refusal& shown, const std::string& file) {
    std::istringstream text(shown.output.text);
    for (std::string line; std::getline(text, line);) {
        const bool include_chain = line.starts_with("In file included") || line.starts_with("        ");
        if (!include_chain && telling(line, file, shown.excerpt))
            shown.excerpt += line + "\n";
        else
            ++shown.more_lines;
    }
    if (!shown.excerpt.empty()) return;
    shown.excerpt = shown.output.text;
    shown.more_lines = 0;
}

}  // namespace

std::string find_compiler() {
    for (const std::string name : {"g++", "c++", "clang++"})
        if (const auto asked = run_program({.arguments = {name, "--version"}}); asked.code == 0) return name;
    return "";
}

refusal show_refusal(const layout& where, const std::string& name) {
    refusal shown;
    const std::string compiler = where.include_directories().empty() ? "" : find_compiler();
    if (!compiler.empty()) {
        shown.source = compiler + " -std=c++20 " + name + ".cpp, run now";
        shown.output = compile(where, compiler, name + ".cpp");
    } else {
        shown.source = "as the compiler said it when this tool was built";
        shown.output.text = read_text(where.data / "tour" / "refused" / (name + ".txt"));
        shown.output.code = 1;
        if (shown.output.text.empty())
            throw std::runtime_error("there is no compiler here, and no record of what one says about " + name +
                                     ".cpp");
    }
    excerpt(shown, name + ".cpp");
    return shown;
}

}  // namespace tool
