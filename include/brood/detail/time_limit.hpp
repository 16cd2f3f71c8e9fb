// SPDX-License-Identifier: MIT
// From "for so long" to "until then".
#pragma once

#include <chrono>

namespace brood::detail {

// Now and the timeout later, rounded up; the end of time when it is further away than that.
template <class Rep, class Period>
std::chrono::steady_clock::time_point time_limit(const std::chrono::duration<Rep, Period>& timeout) {
    using clock = std::chrono::steady_clock;
    const auto now = clock::now();
    if (!(timeout > timeout.zero())) return now;
    if (std::chrono::duration<double>(timeout) >= std::chrono::duration<double>(clock::time_point::max() - now))
        return clock::time_point::max();
    return now + std::chrono::ceil<clock::duration>(timeout);
}

}  // namespace brood::detail
