// SPDX-License-Identifier: MIT
// The program on the first screen of README.md, as a user's first program.
#include <brood/brood.hpp>

#include <cmath>
#include <iostream>
#include <stdexcept>
#include <string>

void greet(const std::string& name) { std::cout << "hello " << name << std::endl; }

double root(double x) {
    if (x < 0) throw std::domain_error("no root of a negative number");
    return std::sqrt(x);
}

int main(int argc, char** argv) {
    brood::init(argc, argv);  // first: here a child turns to its function
    brood::process p = brood::spawn(greet, "world");
    p.join();
    std::cout << brood::async(root, 2.25).get() << std::endl;
    try {
        brood::async(root, -1).get();
    } catch (const std::domain_error& e) {
        std::cout << "caught: " << e.what() << std::endl;
    }
}
