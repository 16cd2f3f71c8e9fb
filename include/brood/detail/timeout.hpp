// SPDX-License-Identifier: MIT
// Durations that users give, as times of the steady clock.
#pragma once

#include <chrono>

namespace brood::detail {

// Rounded up; what lies beyond the clock's range is its end, what is over already is now.
template <class Rep, class Period>
std::chrono::steady_clock::time_point time_after(const std::chrono::duration<Rep, Period>& timeout) {
    using clock = std::chrono::steady_clock;
    const auto now = clock::now();
    if (timeout <= timeout.zero()) return now;
    using seconds = std::chrono::duration<double>;
    if (seconds(timeout) >= seconds(clock::time_point::max() - now)) return clock::time_point::max();
    return now + std::chrono::ceil<clock::duration>(timeout);
}

}  // namespace brood::detail
