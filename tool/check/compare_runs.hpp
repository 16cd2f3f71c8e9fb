// SPDX-License-Identifier: MIT
// What differs between runs of one program under different start methods.
#pragma once

#include "check/runs.hpp"

#include <string>
#include <vector>

namespace tool::check {

struct run_difference {
    std::string kind;    // "output", "exit code", "files", "children"
    std::string method;  // the run that differs from the first one
    std::string first;   // label of the first one
    std::vector<std::string> only_first, only_other;
};

// Two runs under the same method show what changes from run to run anyway.
class run_comparison {
public:
    run_comparison(const run& first, const run& again);
    // What of the other run differs from the first one.
    std::vector<run_difference> compare(const run& other) const;
    // What is left out, in one sentence each.
    const std::vector<std::string>& notes() const { return notes_; }

private:
    std::vector<std::string> lines_of(const run& one) const;
    std::vector<std::string> files_of(const run& one) const;

    const run& first_;
    bool masked_ = false;  // numbers are left out
    bool compares_output_ = true;
    std::vector<std::string> unstable_files_;
    std::vector<std::string> notes_;
};

}  // namespace tool::check
