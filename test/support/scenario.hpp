// SPDX-License-Identifier: MIT
// A test program can be told to play a scenario instead of running its tests: for what must be seen from outside a
// process, such as its end. The scenario stands beside the test that runs it.
#pragma once

#include "program.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace brood_test {

using arguments = std::vector<std::string>;

// Registers a scenario; its result is the exit code. At namespace scope only.
struct scenario {
    scenario(std::string_view name, int (*play)(const arguments&));
};

int play_scenario(const std::string& name, const arguments& given);

// This test program in a scenario, under the start method that is being tested.
program start_scenario(const std::string& name, arguments given = {}, run_options options = {});

}  // namespace brood_test
