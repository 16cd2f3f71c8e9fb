// SPDX-License-Identifier: MIT
// A global set at random when the program starts, and another that main changes: what do the children see?
#include <brood/brood.hpp>

#include "method.hpp"

#include <iostream>
#include <random>
#include <string>

const unsigned value = std::random_device{}();
std::string setting = "as written in the source";

void show(const std::string& where, unsigned argument) {
    std::cout << where << " value: " << value << "\n"
              << where << " setting: " << setting << "\n"
              << where << " argument: " << argument << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    tour::choose_method(argc, argv);

    setting = "changed by main";
    show("parent", value);
    for (const std::string name : {"child 1", "child 2"}) {
        brood::process p(show, name, value);  // what is passed arrives, whatever the method
        p.start();
        p.join();
    }
}
