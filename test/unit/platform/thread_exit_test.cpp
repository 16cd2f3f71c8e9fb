// SPDX-License-Identifier: MIT
// What a thread keeps is there until it was destroyed.
#include <doctest/doctest.h>

#include <array>
#include <thread>

namespace {

int seen = 0;

// So large that its memory goes back to the system when it is freed.
struct keepsake {
    std::array<int, 1 << 20> numbers{};
    ~keepsake() { seen = numbers[500'000]; }
};
thread_local keepsake kept;

}  // namespace

TEST_CASE("an object of a thread is whole when the thread's end destroys it") {
    std::thread([] { kept.numbers[500'000] = 7; }).join();
    CHECK(seen == 7);
}
