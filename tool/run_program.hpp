// SPDX-License-Identifier: MIT
// Runs another program and keeps what it printed.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tool {

struct program_run {
    std::vector<std::string> arguments;                   // from the program's path or name on
    std::filesystem::path directory = {};                 // where it runs; empty: here
    std::map<std::string, std::string> environment = {};  // added to this process's
    std::chrono::seconds limit{120};
};

struct program_output {
    std::string text;        // standard output and error in the order in which they were written, LF line ends
    int code = 0;            // exit code; 128 + S when signal S ended it
    bool timed_out = false;  // it was killed because its time was over
};

// Blocks until the program ended. A program that cannot be started has code 127 and the reason as its text.
program_output run_program(const program_run& what);

}  // namespace tool
