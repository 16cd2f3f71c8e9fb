// SPDX-License-Identifier: MIT
// One writer or many readers, in any processes.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>

namespace brood {

// A handle: copies, also those sent to other processes, are the same mutex, and the last one frees it. Meets the
// standard's SharedTimedMutex requirements except that it can be copied: use it with std::unique_lock and
// std::shared_lock. A writer that waits is not passed by new readers while others read. Threads of up to 240 processes
// read at a time, more wait. Any thread of the process that locked it may unlock it.
//
// The share of a reader that dies is given back. When a process that holds it as the writer ends, however it ends, all
// forms of lock() and lock_shared() throw owner_died and do not lock, until somebody calls recover(). Members may be
// called from several threads at once.
class BROOD_API shared_mutex {
public:
    // A new, unlocked mutex. Throws std::bad_alloc, or brood::error where there is no memory to share.
    shared_mutex();
    explicit shared_mutex(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Blocks. A thread that has it in whatever way and locks it again may block for ever.
    void lock();
    bool try_lock();
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_lock_until(detail::time_after(timeout));
    }
    bool try_lock_until(std::chrono::steady_clock::time_point time);
    // Throws std::logic_error, and changes nothing, when this process does not hold it as the writer.
    void unlock();
    // Locks as the writer, even if the one before died. True when that was so: what the mutex protects may be half
    // changed. Blocks.
    bool recover();

    // The same for a reader.
    void lock_shared();
    bool try_lock_shared();
    template <class Rep, class Period>
    bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& timeout) {
        return try_lock_shared_until(detail::time_after(timeout));
    }
    bool try_lock_shared_until(std::chrono::steady_clock::time_point time);
    // Throws std::logic_error, and changes nothing, when this process has no share.
    void unlock_shared();

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<shared_mutex>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const shared_mutex& a, const shared_mutex& b) noexcept { return a.object_ == b.object_; }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
