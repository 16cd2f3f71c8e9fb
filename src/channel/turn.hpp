// SPDX-License-Identifier: MIT
// One at a time, for calls that may take long: waiting for the turn can have an end.
#pragma once

#include "platform/platform.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

namespace brood::detail {

class turn {
public:
    // Has the turn as long as it lives, or not at all.
    class holder {
    public:
        explicit holder(turn* from) noexcept : from_(from) {}
        holder(holder&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
        holder& operator=(holder&&) = delete;
        ~holder() {
            if (from_ != nullptr) from_->give_back();
        }
        explicit operator bool() const noexcept { return from_ != nullptr; }

    private:
        turn* from_;
    };

    // Blocks until it is this caller's turn; an empty holder when the time was over first.
    holder take(const platform::deadline& until) {
        std::unique_lock lock(mutex_);
        while (taken_) {
            const auto now = std::chrono::steady_clock::now();
            if (until && *until <= now) return holder(nullptr);
            // A while at a time: not every system can wait until the end of time.
            const auto soon = now + std::chrono::hours(1);
            given_back_.wait_until(lock, until ? std::min(*until, soon) : soon);
        }
        taken_ = true;
        return holder(this);
    }

private:
    void give_back() noexcept {
        {
            const std::scoped_lock lock(mutex_);
            taken_ = false;
        }
        given_back_.notify_one();
    }

    std::mutex mutex_;
    std::condition_variable given_back_;
    bool taken_ = false;
};

}  // namespace brood::detail
