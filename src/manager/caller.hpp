// SPDX-License-Identifier: MIT
// What a thread that serves calls is to those that it makes itself.
#pragma once

#include <cstdint>

namespace brood::managing {

// The chain of the call that this thread serves; 0: none.
std::uint64_t current_chain() noexcept;

// While this thread, if it serves calls, waits for one of its own: another may serve in its place.
class waiting_for_a_call {
public:
    waiting_for_a_call();
    ~waiting_for_a_call();
    waiting_for_a_call(const waiting_for_a_call&) = delete;
    waiting_for_a_call& operator=(const waiting_for_a_call&) = delete;
};

}  // namespace brood::managing
