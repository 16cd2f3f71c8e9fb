// SPDX-License-Identifier: MIT
// Makes named memory without brood::init; with an argument it then waits.
#include <brood/brood.hpp>

#include <chrono>
#include <cstdio>
#include <thread>

int main(int argc, char**) {
    const auto memory = brood::shared_memory::create(100);
    std::printf("%s\n", memory.name().c_str());
    std::fflush(stdout);
    while (argc > 1) std::this_thread::sleep_for(std::chrono::hours(1));
}
