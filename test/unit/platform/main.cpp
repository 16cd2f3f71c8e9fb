// SPDX-License-Identifier: MIT
// A program of its own, because it is the child of its own tests without the help of any layer above the platform.
#define DOCTEST_CONFIG_IMPLEMENT
#include "child.hpp"

#include <cstdio>
#include <exception>

namespace platform_test {

namespace {

std::vector<std::string> all_arguments;

// Before every other initialiser, so that nothing else of the library takes the bootstrap first.
__attribute__((init_priority(101))) std::optional<bootstrap> found = adopt_bootstrap();

}  // namespace

const std::vector<std::string>& arguments() { return all_arguments; }
std::optional<bootstrap>& found_at_start() { return found; }

}  // namespace platform_test

int main(int argc, char** argv) {
    platform_test::all_arguments = platform_test::given_arguments(argc, argv);
    if (platform_test::found_at_start()) try {
            return platform_test::play(*platform_test::found_at_start());
        } catch (const std::exception& error) {
            std::fprintf(stderr, "in a child: %s\n", error.what());
            return 98;
        }
    return doctest::Context(argc, argv).run();
}
