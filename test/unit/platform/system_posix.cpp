// SPDX-License-Identifier: MIT
#include "child.hpp"

namespace platform_test {

std::vector<std::string> given_arguments(int argc, char** argv) { return {argv, argv + argc}; }

bool memory_limits_hold() { return true; }

}  // namespace platform_test
