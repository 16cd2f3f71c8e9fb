// SPDX-License-Identifier: MIT
// Lets the tour run one program under each start method: `--method fork`, or BROOD_TOUR_METHOD=fork where there is no
// command line yet. A program of your own does not need this; it takes the default.
#pragma once

#include <brood/brood.hpp>

#include <cstdlib>
#include <string>

namespace tour {

// Takes the method from the environment, if it is there.
inline void choose_method() {
    if (const char* name = std::getenv("BROOD_TOUR_METHOD"))
        brood::set_start_method(brood::parse_start_method(name), true);
}

// Takes it from the command line, else from the environment.
inline void choose_method(int argc, char** argv) {
    choose_method();
    for (int i = 1; i + 1 < argc; ++i)
        if (std::string(argv[i]) == "--method") brood::set_start_method(brood::parse_start_method(argv[i + 1]), true);
}

}  // namespace tour
