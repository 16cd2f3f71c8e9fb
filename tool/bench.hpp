// SPDX-License-Identifier: MIT
// `brood bench`: what brood costs, beside what the system itself needs in the same run.
#pragma once

#include <cstddef>
#include <string>

namespace tool {

struct bench_options {
    bool quick = false;
    bool json = false;
    bool peers = false;
    std::string filter;    // regular expression on "name method"; empty: all
    std::string output;    // file for the result; empty: standard output
    std::size_t runs = 0;  // 0: the default
};

// Gives the exit code: 0, or 2 when the filter is no regular expression or the output cannot be written.
int run_bench(const bench_options& options);

}  // namespace tool
