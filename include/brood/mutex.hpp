// SPDX-License-Identifier: MIT
// Mutual exclusion between processes.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>

namespace brood {

// A mutex for threads of any processes. A handle: copies, also those sent to other processes, are the same mutex, and
// the last one frees it. Meets the standard's TimedMutex requirements except that it can be copied: use it with
// std::scoped_lock and std::unique_lock. Any thread of the process that locked it may unlock it.
//
// When the process that holds it ends, however it ends, lock(), try_lock() and the timed forms throw owner_died and do
// not lock, until somebody calls recover(). Members may be called from several threads at once.
class BROOD_API mutex {
public:
    // A new, unlocked mutex. Throws std::bad_alloc, or brood::error where there is no memory to share.
    mutex();
    explicit mutex(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Blocks. Locking it twice in a thread blocks for ever.
    void lock();
    bool try_lock();
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_lock_until(detail::time_after(timeout));
    }
    bool try_lock_until(std::chrono::steady_clock::time_point time);
    // Throws std::logic_error, and changes nothing, when this process does not hold it.
    void unlock();
    // Locks, even if the owner died. True when that was so: what the mutex protects may be half changed. Blocks.
    bool recover();
    // Whether somebody holds it, or died holding it.
    bool is_locked() const;

    const detail::shared_object& object() const noexcept { return object_; }
    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<mutex>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const mutex& a, const mutex& b) noexcept { return a.object_ == b.object_; }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
