// SPDX-License-Identifier: MIT
// A small program with one child: how much private memory does the child have when it begins its work?
#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <iostream>

void report() { std::cout << brood::native::private_bytes().value_or(0) << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    if (argc > 1) brood::set_start_method(brood::parse_start_method(argv[1]));
    brood::process p(report);
    p.start();
    p.join();
}
