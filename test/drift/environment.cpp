// SPDX-License-Identifier: MIT
// A variable of the environment that main changes after an initialiser has read it: the children's initialisers read
// the new value.
#include <brood/brood.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

std::string mode_at_start() {
    const char* value = std::getenv("DRIFT_MODE");
    return value == nullptr ? "unset" : value;
}

const std::string mode = mode_at_start();

void work() { std::cout << "child: " << mode << std::endl; }

int main(int argc, char** argv) {
    brood::init(argc, argv);
    static char entry[] = "DRIFT_MODE=fast";
    putenv(entry);
    brood::process p(work);
    p.start();
    p.join();
}
