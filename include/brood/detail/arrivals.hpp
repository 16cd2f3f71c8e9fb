// SPDX-License-Identifier: MIT
// The numbers of chunks that have come back, for the one that waits for them.
#pragma once

#include <brood/export.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

namespace brood::detail {

// add() from any thread, the rest from one.
class BROOD_API arrivals {
public:
    arrivals() = default;
    // `wake`: is called without a lock when what was expected is there.
    explicit arrivals(std::function<void()> wake) : wake_(std::move(wake)) {}
    void add(std::uint64_t number);
    // Blocks until `count` of them are there: false when the time came first (null: never).
    bool wait_until(const std::chrono::steady_clock::time_point* time, std::size_t count = 1);
    // Is set as soon as `count` of them are there.
    const std::atomic<bool>& expect(std::size_t count);
    void expect_nothing();
    bool empty();
    // Those that came since the last call.
    std::vector<std::uint64_t> take();
    // Is called after each add(), without a lock; null for nothing.
    void tell(std::function<void()> whom);

private:
    static constexpr std::size_t never = ~std::size_t{0};
    std::mutex mutex_;
    std::condition_variable came_;
    std::vector<std::uint64_t> numbers_;
    std::size_t wanted_ = never;  // so many wake who waits
    std::atomic<bool> are_there_{false};
    std::function<void()> told_;
    const std::function<void()> wake_;
};

}  // namespace brood::detail
