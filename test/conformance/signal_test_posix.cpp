// SPDX-License-Identifier: MIT
// What a signal handler may do, at whatever instruction it interrupts the program.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <pthread.h>
#include <thread>

using namespace brood_test;

namespace {

// What the handler works on, and how often it did.
brood::counting_semaphore* to_release = nullptr;
brood::event* to_set = nullptr;
std::atomic<int> handled{0};

void on_signal(int) {
    to_release->release();
    to_set->set();
    ++handled;
}

class handling {
public:
    explicit handling(int signal) : signal_(signal) {
        struct sigaction ours {};
        ours.sa_handler = &on_signal;
        sigaction(signal_, &ours, &before_);
        handled = 0;
    }
    ~handling() { sigaction(signal_, &before_, nullptr); }
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;

private:
    const int signal_;
    struct sigaction before_ {};
};

}  // namespace

TEST_CASE("a signal handler releases a semaphore and sets an event that the interrupted thread waits for") {
    brood::counting_semaphore wanted(0);
    brood::event happened;
    to_release = &wanted;
    to_set = &happened;
    const handling here(SIGUSR1);
    const pthread_t waiter = pthread_self();
    constexpr int enough = 3000;
    int taken = 0;
    std::atomic<bool> done{false};
    std::thread sender([&] {
        while (!done) {
            const int before = handled;
            pthread_kill(waiter, SIGUSR1);
            while (handled == before && !done) std::this_thread::yield();  // signals that wait become one
        }
    });
    for (; taken < enough; ++taken) {
        wanted.acquire();
        if (taken % 3 == 0) happened.wait();
        if (taken % 5 == 0) happened.clear();
    }
    done = true;
    sender.join();
    while (wanted.try_acquire()) ++taken;
    CHECK(taken == handled);
    CHECK(taken >= enough);
}

TEST_CASE("a signal handler in a child wakes the processes that wait for it") {
    brood::counting_semaphore wanted(0);
    brood::event happened, ready;
    auto child = brood::spawn(
        [](brood::counting_semaphore semaphore, brood::event event, brood::event there) {
            to_release = &semaphore;
            to_set = &event;
            const handling here(SIGTERM);
            there.set();
            while (handled == 0) std::this_thread::yield();
        },
        wanted, happened, ready);
    ready.wait();
    child.terminate();
    happened.wait();
    wanted.acquire();
    child.join();
    CHECK(child.exit_code() == 0);
}
