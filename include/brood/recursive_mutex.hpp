// SPDX-License-Identifier: MIT
// Mutual exclusion between processes for code that may lock again what it has locked.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>

namespace brood {

// As brood::mutex, but owned by a thread, which may lock it any number of times and must unlock it as often. A handle:
// copies, also those sent to other processes, are the same mutex, and the last one frees it. Meets the standard's
// TimedMutex requirements except that it can be copied.
//
// When the process that holds it ends, however it ends, lock(), try_lock() and the timed forms throw owner_died and do
// not lock, until somebody calls recover(). A thread that ends without unlocking leaves it locked as long as its
// process lives. Members may be called from several threads at once.
class BROOD_API recursive_mutex {
public:
    // A new, unlocked mutex. Throws std::bad_alloc, or brood::error where there is no memory to share.
    recursive_mutex();
    explicit recursive_mutex(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Blocks, unless this thread holds it.
    void lock();
    bool try_lock();
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_lock_until(detail::time_after(timeout));
    }
    bool try_lock_until(std::chrono::steady_clock::time_point time);
    // Throws std::logic_error, and changes nothing, when this thread does not hold it.
    void unlock();
    // Locks, even if the owner died. True when that was so: what the mutex protects may be half changed. Blocks.
    bool recover();
    // Whether somebody holds it, or died holding it.
    bool is_locked() const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<recursive_mutex>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const recursive_mutex& a, const recursive_mutex& b) noexcept {
        return a.object_ == b.object_;
    }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
