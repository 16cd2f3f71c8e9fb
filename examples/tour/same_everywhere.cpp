// SPDX-License-Identifier: MIT
// set_start_method(spawn): from then on every system does what Windows and macOS do. It is brood's default as well; say
// it in a program that must not depend on it.
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>
#include <string>

std::string setting = "as written in the source";

void show() { std::cout << "child sees: " << setting << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);  // what somebody else has set
    brood::set_start_method(brood::start_method::spawn, true);

    setting = "changed by main";
    std::cout << "parent sees: " << setting << std::endl;
    brood::process p(show);
    p.start();
    p.join();
}
