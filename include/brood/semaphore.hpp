// SPDX-License-Identifier: MIT
// Semaphores for threads of any processes.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <cstddef>

namespace brood {

// A number that acquire() waits to make smaller by one. A handle: copies, also those sent to other processes, are the
// same semaphore, and the last one frees it. Nobody owns what was acquired: what a process took is not given back when
// it dies, and anybody may release. A wake-up that was meant for a process that dies goes to others. Members may be
// called from several threads at once.
class BROOD_API counting_semaphore {
public:
    // Throws std::invalid_argument when the number is negative, std::bad_alloc, or brood::error where there is no
    // memory to share.
    explicit counting_semaphore(std::ptrdiff_t initial = 1);
    explicit counting_semaphore(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Takes one. Blocks while there is none.
    void acquire();
    bool try_acquire();
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_acquire_until(detail::time_after(timeout));
    }
    bool try_acquire_until(std::chrono::steady_clock::time_point time);
    // Gives back `update`. Throws std::logic_error, and gives nothing, when there would be more than max() or `update`
    // is negative. Async-signal-safe on POSIX as long as it does not throw.
    void release(std::ptrdiff_t update = 1);
    // How many there are at this moment.
    std::ptrdiff_t value() const;
    // How many there can be.
    std::ptrdiff_t max() const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<counting_semaphore>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const counting_semaphore& a, const counting_semaphore& b) noexcept {
        return a.object_ == b.object_;
    }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

// The same with a limit: it begins with `maximum`, and more can never be there.
class BROOD_API bounded_semaphore {
public:
    // Throws std::invalid_argument when the number is negative, std::bad_alloc, or brood::error where there is no
    // memory to share.
    explicit bounded_semaphore(std::ptrdiff_t maximum = 1);
    explicit bounded_semaphore(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Takes one. Blocks while there is none.
    void acquire();
    bool try_acquire();
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_acquire_until(detail::time_after(timeout));
    }
    bool try_acquire_until(std::chrono::steady_clock::time_point time);
    // Gives back `update`. Throws std::logic_error, and gives nothing, when there would be more than max() or `update`
    // is negative. Async-signal-safe on POSIX as long as it does not throw.
    void release(std::ptrdiff_t update = 1);
    // How many there are at this moment.
    std::ptrdiff_t value() const;
    // How many there can be.
    std::ptrdiff_t max() const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<bounded_semaphore>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const bounded_semaphore& a, const bounded_semaphore& b) noexcept {
        return a.object_ == b.object_;
    }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
