// SPDX-License-Identifier: MIT
// How often do static initialisers run when a program starts three processes?
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>

// Stands for a table that is computed, a licence that is checked, a log file that is opened...
const bool prepared = [] {
    std::cout << "Initialising" << std::endl;
    return true;
}();

void work(int number) { std::cout << "Working in child " << number << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    for (int number = 1; number <= 3; ++number) {
        brood::process p(work, number);
        p.start();
        p.join();
    }
}
