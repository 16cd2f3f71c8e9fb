// SPDX-License-Identifier: MIT
// A count down to zero, once, for threads of any processes.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <cstddef>

namespace brood {

// Counts down to zero and stays there. A handle: copies, also those sent to other processes, are the same latch, and
// the last one frees it. Nobody is expected in person: when a process dies that would have counted down, somebody else
// must, and who cannot be sure of that waits with a time limit. Members may be called from several threads at once.
class BROOD_API latch {
public:
    // Throws std::invalid_argument when the number is negative, std::bad_alloc, or brood::error where there is no
    // memory to share.
    explicit latch(std::ptrdiff_t expected);
    explicit latch(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Does not block. Throws std::logic_error, and changes nothing, when the count would fall below zero or `update` is
    // negative.
    void count_down(std::ptrdiff_t update = 1);
    // Whether the count is zero.
    bool try_wait() const;
    // Blocks until the count is zero.
    void wait() const;
    void arrive_and_wait(std::ptrdiff_t update = 1);
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    bool wait_until(std::chrono::steady_clock::time_point time) const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<latch>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const latch& a, const latch& b) noexcept { return a.object_ == b.object_; }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
