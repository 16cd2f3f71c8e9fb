// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

#include <algorithm>

namespace brood::platform::windows {

namespace {
// About 24 days: far below INFINITE, and every wait is repeated until its deadline has really passed.
constexpr long long longest_wait = 0x7FFFFFFF;
}  // namespace

DWORD milliseconds_until(const deadline& until) {
    if (!until) return INFINITE;
    const auto now = std::chrono::steady_clock::now();
    if (*until <= now) return 0;  // compared first: a difference to the earliest time would overflow
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now).count();
    return static_cast<DWORD>(std::min<long long>(left, longest_wait));
}

bool passed(const deadline& until) { return until && *until <= std::chrono::steady_clock::now(); }

}  // namespace brood::platform::windows
