// SPDX-License-Identifier: MIT
// Knows nothing of brood.
#include <chrono>
#include <cstdlib>
#include <thread>

int main() {
    if (std::getenv("BROOD_TEST_HANG") != nullptr) std::this_thread::sleep_for(std::chrono::hours(1));
    return 0;
}
