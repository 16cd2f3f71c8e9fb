// SPDX-License-Identifier: MIT
#include <brood/detail/arrivals.hpp>

#include <brood/detail/ready_gate.hpp>

#include <utility>

namespace brood::detail {

void arrivals::add(std::uint64_t number) {
    std::function<void()> told;
    bool wake = false;
    {
        const std::lock_guard guard(mutex_);
        numbers_.push_back(number);
        wake = numbers_.size() >= wanted_;
        if (wake) are_there_.store(true, std::memory_order_release);
        told = told_;
    }
    if (wake) came_.notify_one();
    if (wake && wake_) wake_();
    if (told) told();
}

bool arrivals::wait_until(const std::chrono::steady_clock::time_point* time, std::size_t count) {
    const waiting_scope waiting;
    std::unique_lock lock(mutex_);
    const auto come = [&] { return numbers_.size() >= count; };
    wanted_ = count;
    if (time == nullptr || *time == std::chrono::steady_clock::time_point::max())
        came_.wait(lock, come);
    else
        came_.wait_until(lock, *time, come);
    wanted_ = never;
    return come();
}

const std::atomic<bool>& arrivals::expect(std::size_t count) {
    const std::lock_guard guard(mutex_);
    wanted_ = count;
    are_there_.store(numbers_.size() >= count, std::memory_order_relaxed);
    return are_there_;
}

void arrivals::expect_nothing() {
    const std::lock_guard guard(mutex_);
    wanted_ = never;
}

bool arrivals::empty() {
    const std::lock_guard guard(mutex_);
    return numbers_.empty();
}

std::vector<std::uint64_t> arrivals::take() {
    const std::lock_guard guard(mutex_);
    return std::exchange(numbers_, {});
}

void arrivals::tell(std::function<void()> whom) {
    const std::lock_guard guard(mutex_);
    told_.swap(whom);
}

}  // namespace brood::detail
