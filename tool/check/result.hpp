// SPDX-License-Identifier: MIT
// All that `brood check` found out, and how it is shown.
#pragma once

#include "check/compare_runs.hpp"
#include "check/drift.hpp"
#include "style.hpp"

#include <string>
#include <vector>

namespace tool::check {

struct result {
    std::vector<std::string> command;
    std::vector<run> runs;  // one for each method, the first is what others are compared with
    std::vector<run_difference> differences;
    findings found;

    // Whether the program does not do the same everywhere: something differs that is not known to be unused.
    bool differs() const;
};

std::string as_text(const result& all, const style& look);
std::string as_json(const result& all);
std::string as_html(const result& all);
// "`val` at program.cpp:7: parent 0.288, child 0.918: set at start-up..."
std::string sentence_of(const drift& one);
// "exit code under fork is not that under spawn"
std::string headline_of(const run_difference& one);

}  // namespace tool::check
