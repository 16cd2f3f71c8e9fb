// SPDX-License-Identifier: MIT
// `brood tour`: the classic portability scenarios, run live under each start method and shown side by side.
#pragma once

#include <string>
#include <vector>

namespace tool {

struct tour_options {
    std::vector<std::string> names;  // empty: all
    bool list = false;
    bool plain = false;
    bool source = false;
};

// Gives the exit code: 0 when each scenario behaved as described, 1 when one did not, 2 when a name is unknown.
int run_tour(const tour_options& options);

}  // namespace tool
