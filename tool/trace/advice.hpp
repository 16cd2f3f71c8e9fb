// SPDX-License-Identifier: MIT
// What would make a program with pools faster, with the figures that say so.
#pragma once

#include "trace/summary.hpp"

#include <string>
#include <vector>

namespace tool {

// Sentences, the most useful first. `copy_rate`: of this machine's memory, in bytes a second.
std::vector<std::string> advise(const traced_events& events, const trace_figures& figures, double copy_rate);

}  // namespace tool
