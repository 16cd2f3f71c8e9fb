// SPDX-License-Identifier: MIT
// Every allocation of this test program by operator new is seen, and can be made to fail.
#pragma once

#include <atomic>
#include <cstddef>
#include <limits>

namespace test {

// The largest since it was set to 0; of all threads.
extern std::atomic<std::size_t> largest_allocation;

// During its life so many allocations of this thread succeed, and no more.
class allocations_left {
public:
    explicit allocations_left(long count) noexcept { left = count; }
    ~allocations_left() { left = no_limit; }
    allocations_left(const allocations_left&) = delete;
    allocations_left& operator=(const allocations_left&) = delete;
    // Whether one failed.
    static bool ended() noexcept { return left < 0; }
    static bool take() noexcept { return left == no_limit || --left >= 0; }

private:
    static constexpr long no_limit = std::numeric_limits<long>::max();
    static thread_local long left;
};

}  // namespace test
