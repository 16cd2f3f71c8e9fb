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

// The lines that tell a reader what is wrong: the errors, and the types that each is about.
void excerpt(refusal& shown) {
    std::istringstream text(shown.output.text);
    for (std::string line; std::getline(text, line);) {
        const bool telling = line.find("error: static assertion failed") != std::string::npos;
        if (telling)
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
        shown.source = compiler + " -std=c++20 " + name + ".cpp";
        shown.output = compile(where, compiler, name + ".cpp");
    } else {
        shown.source = "as the compiler said it when this tool was built";
        shown.output.text = read_text(where.data / "tour" / "refused" / (name + ".txt"));
        shown.output.code = 1;
        if (shown.output.text.empty())
            throw std::runtime_error("there is no compiler here, and no record of what one says about " + name +
                                     ".cpp");
    }
    excerpt(shown);
    return shown;
}

}  // namespace tool
