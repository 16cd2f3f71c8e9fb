// SPDX-License-Identifier: MIT
// A program of brood's that is not a build of the tests.
#include <brood/brood.hpp>

int main(int argc, char** argv) { brood::init(argc, argv); }
