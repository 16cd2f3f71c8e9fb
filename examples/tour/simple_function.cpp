// SPDX-License-Identifier: MIT
// The quickest start: a function runs in another process, and the program does not wait for it until it wants to.
#include <brood/brood.hpp>

#include "method.hpp"

#include <chrono>
#include <iostream>
#include <thread>

void simple_function() {
    std::cout << "Starting simple function" << std::endl;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    std::cout << "Finishing simple function" << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    brood::process p(simple_function);
    p.start();
    std::cout << "Waiting for simple function to end" << std::endl;
    p.join();
}
