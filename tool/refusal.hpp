// SPDX-License-Identifier: MIT
// What a compiler says about a program that it must refuse: asked now, or as it was recorded when the tool was built.
#pragma once

#include "layout.hpp"
#include "run_program.hpp"

#include <string>

namespace tool {

struct refusal {
    program_output output;
    std::string source;   // "g++ -std=c++20 open_file.cpp, run now" or "recorded when this tool was built"
    std::string excerpt;  // the lines that say it; all of the output when there are none such
    std::size_t more_lines = 0;
};

// The first compiler of this machine that works; empty when there is none.
std::string find_compiler();

// `name`: of a program in share/brood/tour/refused. Throws std::runtime_error when there is neither a compiler nor a
// record.
refusal show_refusal(const layout& where, const std::string& name);

}  // namespace tool
