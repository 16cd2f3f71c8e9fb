// SPDX-License-Identifier: MIT
// A singleton behind a pointer that is made in main, and one that each process makes but that main changes.
#include <brood/brood.hpp>

#include <iostream>
#include <memory>

struct configuration {
    int level = 1;
    bool verbose = false;
};

configuration* instance = nullptr;
std::unique_ptr<configuration> owned = std::make_unique<configuration>();

void work() {
    std::cout << "child: " << (instance == nullptr ? -1 : instance->level) << " " << owned->level << std::endl;
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    instance = new configuration{5, true};
    owned->level = 7;
    brood::process p(work);
    p.start();
    p.join();
    delete instance;
}
