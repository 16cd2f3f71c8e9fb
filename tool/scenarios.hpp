// SPDX-License-Identifier: MIT
// The scenarios of the tour: a program each, and what it must do under each start method.
#pragma once

#include "run_program.hpp"

#include <brood/brood.hpp>

#include <functional>
#include <string>
#include <vector>

namespace tool {

// Whether a run did what the scenario says, and what it showed in a few words.
struct verdict {
    bool good = true;
    std::string fact;
};

struct scenario {
    std::string name;
    std::string title;
    std::string story;   // what the program does; before the output
    std::string lesson;  // why the columns differ or do not; after it
    // Program in lib/brood/tour; empty: a program in share/brood/tour/refused that the compiler must refuse.
    std::string program;
    bool only_fork = false;
    std::function<verdict(brood::start_method, const program_output&)> judge;
};

const std::vector<scenario>& all_scenarios();

}  // namespace tool
