// SPDX-License-Identifier: MIT
// `brood trace`: what a trace file of pools says, in text, JSON, or as a page with a timeline.
#pragma once

#include <string>

namespace tool {

struct trace_options {
    std::string file;
    std::string format = "text";  // or "json", "html"
    std::string output;           // file for the result; empty: standard output
};

// Gives the exit code: 0, or 2 when the file cannot be read or the output cannot be written.
int run_trace(const trace_options& options);

}  // namespace tool
