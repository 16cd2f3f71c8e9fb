// SPDX-License-Identifier: MIT
// The state of a shared library, and a child that has a child: what each of them changes before it starts one.
#include <brood/brood.hpp>

#include <iostream>

int next_request();

int depth = 0;

void work() { std::cout << "grandchild: " << next_request() << " " << depth << std::endl; }

void relay() {
    depth = 1;
    next_request();
    brood::process p(work);
    p.start();
    p.join();
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    next_request();
    brood::process p(relay);
    p.start();
    p.join();
}
