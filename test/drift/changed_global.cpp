// SPDX-License-Identifier: MIT
// A global that an initialiser sets at random, and one that main changes.
#include <brood/brood.hpp>

#include <iostream>
#include <random>
#include <string>

const double val = std::generate_canonical<double, 32>(*std::make_unique<std::random_device>());
std::string setting = "as written";
int unused = 1;

void work() { std::cout << (val >= 0 ? "child: " : "") << setting << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    setting = "changed by main";
    unused = 2;
    brood::process p(work);
    p.start();
    p.join();
    return unused - 2;
}
