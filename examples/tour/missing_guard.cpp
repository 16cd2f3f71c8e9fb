// SPDX-License-Identifier: MIT
// A main without brood::init(): a child that runs this program from its beginning would start a child, and so on.
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>

void work() { std::cout << "Working" << std::endl; }

int main(int argc, char** argv) {
    std::cout << "main begins" << std::endl;
    tour::choose_method(argc, argv);
    try {
        brood::process p(work);
        p.start();
        p.join();
        std::cout << "main ends" << std::endl;
    } catch (const brood::bootstrap_error& error) {
        std::cout << "bootstrap_error: " << error.what() << std::endl;
        return 1;
    }
}
