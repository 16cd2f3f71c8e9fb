// SPDX-License-Identifier: MIT
// `brood bench -- PROGRAM`: where the time of a program with pools goes, and what would make it faster.
#pragma once

#include <string>
#include <vector>

namespace tool {

struct profile_options {
    std::vector<std::string> command;  // the program and its arguments
    std::string format = "text";       // or "json", "html"
    std::string output;                // file for the result; empty: standard output
};

// Gives the exit code: 0; 2 when the program cannot be started, fails, or has no pool that ran a task.
int run_profile(const profile_options& options);

}  // namespace tool
