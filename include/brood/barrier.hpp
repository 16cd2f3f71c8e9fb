// SPDX-License-Identifier: MIT
// A point that a number of threads, of any processes, pass together.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <cstddef>
#include <optional>

namespace brood {

// Holds who arrives until as many have arrived as the barrier has parties; then it lets them go and begins anew. A
// handle: copies, also those sent to other processes, are the same barrier, and the last one frees it.
//
// A barrier breaks: who waits at it, and who arrives later, gets broken_barrier until somebody calls reset(). It breaks
// by abort(), when a wait runs out of time, and by the end of a process
//  - that waited at it, in whatever way it ended; or
//  - that had a handle of it and was killed, crashed, or ended with a code other than 0: before it arrived, while it
//    waited, or after it had gone on.
// A process that ends by itself with code 0 while it does not wait is not missed: nobody knows whether another one will
// take its place. Under the start method fork a child has all handles that its parent has. Who was let go before the
// barrier broke returns from its wait as usual. Members may be called from several threads at once.
class BROOD_API barrier {
public:
    // Throws std::invalid_argument when the number is not at least 1, std::bad_alloc, or brood::error where there is no
    // memory to share.
    explicit barrier(std::ptrdiff_t parties);
    explicit barrier(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Blocks until all have arrived. Gives each of them another number from 0 to parties() - 1. Throws broken_barrier.
    std::size_t arrive_and_wait();
    // Durations and times are of the steady clock. Empty when the time came first: that breaks the barrier for all
    // others.
    template <class Rep, class Period>
    std::optional<std::size_t> arrive_and_wait_for(const std::chrono::duration<Rep, Period>& timeout) {
        return arrive_and_wait_until(detail::time_after(timeout));
    }
    std::optional<std::size_t> arrive_and_wait_until(std::chrono::steady_clock::time_point time);
    // Breaks it.
    void abort();
    // Makes it as new. Who waits gets broken_barrier.
    void reset();
    bool is_broken() const;
    // How many have arrived and not been let go; 0 while it is broken.
    std::size_t n_waiting() const;
    std::size_t parties() const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<barrier>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const barrier& a, const barrier& b) noexcept { return a.object_ == b.object_; }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
