// SPDX-License-Identifier: MIT
// A lock that is held when a child is started: a forked child would wait for it for ever.
#include <brood/brood.hpp>

#include <iostream>
#include <mutex>

struct account {
    std::mutex guard;
    int balance = 10;
};

account savings;

void work() {
    const bool free = savings.guard.try_lock();
    std::cout << "child: " << (free ? "free" : "held") << std::endl;
    if (free) savings.guard.unlock();
}

int main(int argc, char** argv) {
    brood::init(argc, argv);
    brood::process p(work);
    {
        const std::lock_guard lock(savings.guard);
        p.start();
    }
    p.join();
}
