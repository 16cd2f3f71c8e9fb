// SPDX-License-Identifier: MIT
// Waiting for what can only be looked at, and what children of tests do.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace brood_test {

// Looks until the condition holds; false when it does not for so long that it never will.
template <class Condition>
bool comes_true(Condition condition) {
    using namespace std::chrono_literals;
    const auto until = std::chrono::steady_clock::now() + 60s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > until) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

// These end only when they are ended.
[[noreturn]] inline void idle() {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
}
[[noreturn]] inline void spin() {
    for (volatile unsigned counter = 0;;) counter = counter + 1;
}

// A write to no memory, which no compiler sees through.
inline void crash() {
    volatile int* volatile nowhere = nullptr;
    *nowhere = 1;
}

// For code in a child, where the test framework does not reach: the child then exits with code 1.
inline void expect(bool condition, const std::string& what) {
    if (!condition) throw std::runtime_error("not as expected: " + what);
}

}  // namespace brood_test
