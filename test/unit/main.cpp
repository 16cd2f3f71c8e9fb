// SPDX-License-Identifier: MIT
// The unit tests' program. Its functions may run in children, so it begins as every user's program does.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <brood/init.hpp>

int main(int argc, char** argv) {
    brood::init(argc, argv);
    return doctest::Context(argc, argv).run();
}
