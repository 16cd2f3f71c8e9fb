// SPDX-License-Identifier: MIT
// The main of the test programs that are their own children. `--start-method=NAME`, else the environment variable
// BROOD_TEST_START_METHOD, chooses the start method that everything runs under; without them all take turns.
// `--scenario NAME ARGUMENT...` runs a scenario (see scenario.hpp) instead of the tests.
#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS  // forked children would have its handlers, and report the crash that a test
                                         // wants
#include "scenario.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string_view>

#include <doctest/doctest.h>

namespace {

constexpr const char* method_variable = "BROOD_TEST_START_METHOD";

std::vector<brood::start_method> methods(int argc, char** argv) {
    constexpr std::string_view option = "--start-method=";
    for (int i = 1; i < argc; ++i)
        if (std::string_view(argv[i]).starts_with(option)) return {brood::parse_start_method(argv[i] + option.size())};
    if (const char* name = std::getenv(method_variable)) return {brood::parse_start_method(name)};
    return brood::available_start_methods();
}

int run_tests(brood::start_method method, int argc, char** argv) {
    brood::set_start_method(method, true);
    std::cout << "[brood] start method " << brood::to_string(method) << std::endl;
    return doctest::Context(argc, argv).run();
}

}  // namespace

int main(int argc, char** argv) {
    brood::init(argc, argv);
    const auto chosen = methods(argc, argv);
    if (argc > 2 && std::strcmp(argv[1], "--scenario") == 0) {
        brood::set_start_method(chosen.front(), true);
        return brood_test::play_scenario(argv[2], {argv + 3, argv + argc});
    }
    int worst = 0;
    for (const auto method : chosen) worst = std::max(worst, run_tests(method, argc, argv));
    return worst;
}
