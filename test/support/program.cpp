// SPDX-License-Identifier: MIT
#include "program.hpp"

#include <brood/native/limits.hpp>

#include <algorithm>
#include <random>

namespace brood_test {

std::string new_mark() {
    return "mark-" + std::to_string(std::random_device()()) + std::to_string(std::random_device()());
}

int rounds(int usual) { return brood::native::compatibility_layer().empty() ? usual : std::max(1, usual / 5); }

}  // namespace brood_test
