// SPDX-License-Identifier: MIT
#include "scenario.hpp"

#include <brood/start_method.hpp>

#include <cstdio>
#include <cstdlib>
#include <map>

namespace brood_test {
namespace {

std::map<std::string, int (*)(const arguments&), std::less<>>& scenarios() {
    static std::map<std::string, int (*)(const arguments&), std::less<>> all;
    return all;
}

}  // namespace

scenario::scenario(std::string_view name, int (*play)(const arguments&)) {
    if (!scenarios().emplace(name, play).second) std::abort();  // two of one name
}

int play_scenario(const std::string& name, const arguments& given) {
    const auto found = scenarios().find(name);
    if (found == scenarios().end()) {
        std::fprintf(stderr, "there is no scenario '%s'\n", name.c_str());
        return 97;
    }
    return found->second(given);
}

program start_scenario(const std::string& name, arguments given, run_options options) {
    given.insert(given.begin(), {"--scenario", name});
    options.environment.emplace("BROOD_TEST_START_METHOD", brood::to_string(brood::get_start_method()));
    return program(this_program(), std::move(given), std::move(options));
}

}  // namespace brood_test
