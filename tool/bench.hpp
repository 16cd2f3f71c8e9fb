// SPDX-License-Identifier: MIT
// `brood bench`: what brood costs, beside what the system itself needs in the same run.
#pragma once

#include <cstddef>
#include <string>

namespace tool {

struct bench_options {
    bool quick = false;
    std::string format = "text";  // or "json", "html"
    bool chart = false;           // bars below the text
    bool peers = false;
    std::string filter;    // regular expression on "name method"; empty: all
    std::string compare;   // JSON of an earlier run; empty: none
    std::string output;    // file for the result; empty: standard output
    std::size_t runs = 0;  // 0: the default
};

// Gives the exit code: 0; 1 when something is slower than in the run that it is compared with; 2 when the filter is no
// regular expression, that run cannot be read or the output cannot be written.
int run_bench(const bench_options& options);

}  // namespace tool
