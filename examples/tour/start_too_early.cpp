// SPDX-License-Identifier: MIT
// A process is started by a static initialiser, which runs again in each fresh program.
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>

void work() { std::cout << "Working" << std::endl; }

const bool started = [] {
    tour::choose_method();
    try {
        brood::process p(work);
        p.start();
        p.join();
        return true;
    } catch (const brood::bootstrap_error& error) {
        std::cout << "bootstrap_error: " << error.what() << std::endl;
        return false;
    }
}();

int main(int argc, char** argv) {
    brood::init(argc, argv);
    std::cout << "main runs, " << (started ? "started" : "not started") << std::endl;
}
