// SPDX-License-Identifier: MIT
// Starts one function: what does the compiler need for it?
#include <brood/brood.hpp>

void work(int) {}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    brood::process p(work, 1);
    p.start();
    p.join();
}
