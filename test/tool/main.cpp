// SPDX-License-Identifier: MIT
// Tests of the brood program itself: BROOD_TOOL is its path.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <brood/brood.hpp>

int main(int argc, char** argv) {
    brood::init(argc, argv);
    return doctest::Context(argc, argv).run();
}
