// SPDX-License-Identifier: MIT
// What sha256_tree says.
#pragma once

#include "tree.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>

struct measurement {
    std::size_t files = 0, unreadable = 0, cores = 1;
    std::uint64_t bytes = 0;
    double reading = 0;   // seconds to read every file once, before anything is hashed
    double alone = 0;     // to hash them in this process
    double together = 0;  // with one process per core, their start included
    double start = 0;     // to start them
};

struct sample_result {
    bool ran = false;  // there is a sha256sum
    std::size_t agreed = 0, asked = 0;
};

void report_tree(const std::filesystem::path& top, const tree& all);
void report_unreadable(const tree& all, const std::function<bool(std::size_t)>& unreadable);
void report_times(const measurement& measured);
// False when there is a disagreement; `differs` tells for each file whether its two results do.
bool report_agreement(const tree& all, const std::function<bool(std::size_t)>& differs, const sample_result& sample);
// Says whether processes paid off, and why.
void report_verdict(const measurement& measured);
