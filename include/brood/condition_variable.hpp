// SPDX-License-Identifier: MIT
// Waiting, with a mutex unlocked meanwhile, until another thread of any process says that something changed.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/mutex.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace brood {

// As std::condition_variable, with std::unique_lock<brood::mutex>. A handle: copies, also those sent to other
// processes, are the same condition variable, and the last one frees it.
//
// A wait may end without a notification, as when a process of the session died: so a notification that was given to a
// process that dies becomes one for all others. Waits throw owner_died, and leave the lock unlocked, when the mutex was
// abandoned meanwhile. Members may be called from several threads at once.
class BROOD_API condition_variable {
public:
    // Throws std::bad_alloc, or brood::error where there is no memory to share.
    condition_variable();
    explicit condition_variable(detail::shared_object object) noexcept : object_(std::move(object)) {}

    void notify_one();
    void notify_all();

    // Blocks, and locks again before it returns. The lock must be locked, else std::logic_error is thrown.
    void wait(std::unique_lock<mutex>& lock);
    template <class Predicate>
    void wait(std::unique_lock<mutex>& lock, Predicate predicate) {
        while (!predicate()) wait(lock);
    }
    // Durations and times are of the steady clock. The lock is locked again however long that takes.
    std::cv_status wait_until(std::unique_lock<mutex>& lock, std::chrono::steady_clock::time_point time);
    // What the predicate says at the end.
    template <class Predicate>
    bool wait_until(std::unique_lock<mutex>& lock, std::chrono::steady_clock::time_point time, Predicate predicate) {
        while (!predicate())
            if (wait_until(lock, time) == std::cv_status::timeout) return predicate();
        return true;
    }
    template <class Rep, class Period>
    std::cv_status wait_for(std::unique_lock<mutex>& lock, const std::chrono::duration<Rep, Period>& timeout) {
        return wait_until(lock, detail::time_after(timeout));
    }
    template <class Rep, class Period, class Predicate>
    bool wait_for(std::unique_lock<mutex>& lock, const std::chrono::duration<Rep, Period>& timeout,
                  Predicate predicate) {
        return wait_until(lock, detail::time_after(timeout), std::move(predicate));
    }

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<condition_variable>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const condition_variable& a, const condition_variable& b) noexcept {
        return a.object_ == b.object_;
    }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
