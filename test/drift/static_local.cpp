// SPDX-License-Identifier: MIT
// A static of a function that counts its calls.
#include <brood/brood.hpp>

#include <iostream>

int next_number() {
    static int last = 100;
    return ++last;
}

void work() { std::cout << "child: " << next_number() << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    next_number();
    next_number();
    brood::process p(work);
    p.start();
    p.join();
    std::cout << "parent: " << next_number() << std::endl;
}
