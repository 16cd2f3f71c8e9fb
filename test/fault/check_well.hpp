// SPDX-License-Identifier: MIT
#pragma once

#include "scenario.hpp"

#include <string>

#include <doctest/doctest.h>

namespace brood_test {

// That the scenario ends with success; else what it said.
inline void check_well(const std::string& name) {
    auto run = start_scenario(name);
    const auto status = run.wait();
    CHECK_MESSAGE(status.success(), name << ": " << status.to_string() << ": " << run.output() << run.errors());
}

}  // namespace brood_test
