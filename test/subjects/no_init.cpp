// SPDX-License-Identifier: MIT
// Forgets brood::init.
#include <brood/brood.hpp>

#include <cstdio>
#include <cstdlib>

int main() {
    const auto method = brood::parse_start_method(std::getenv("BROOD_TEST_START_METHOD"));
    try {
        auto result = brood::async({.start_method = method}, [] { return 1; });
        std::printf("got %d", result.get());
        return 0;
    } catch (const brood::bootstrap_error& error) {
        std::printf("%s", error.what());
        return 11;
    }
}
