// SPDX-License-Identifier: MIT
// `brood check`: runs a program under each start method and says what differs, down to the variable.
#pragma once

#include <string>
#include <vector>

namespace tool {

struct check_options {
    std::vector<std::string> command;  // the program and its arguments
    std::string windows;               // a build for Windows, run under Wine; empty: none
    std::string folder;                // what the working directory holds; empty: what it holds now; "none": nothing
    std::string output;                // file for the result; empty: standard output
    std::string format = "text";       // or "json", "html"
    unsigned limit = 60;               // seconds for each run
};

// Gives the exit code: 0 when nothing differs, 1 when something does, 2 when it could not be told.
int run_check(const check_options& options);

}  // namespace tool
