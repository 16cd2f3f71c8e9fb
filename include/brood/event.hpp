// SPDX-License-Identifier: MIT
// A switch that threads of any processes wait for.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <cereal/access.hpp>

#include <chrono>

namespace brood {

// Set or not. A handle: copies, also those sent to other processes, are the same event, and the last one frees it. The
// death of a process changes nothing. Members may be called from several threads at once.
class BROOD_API event {
public:
    // A new event that is not set. Throws std::bad_alloc, or brood::error where there is no memory to share.
    event();
    explicit event(detail::shared_object object) noexcept : object_(std::move(object)) {}

    // Lets everybody go who waits, even if clear() follows at once. Async-signal-safe on POSIX.
    void set();
    void clear();
    bool is_set() const;
    // Blocks until it is set.
    void wait() const;
    // Durations and times are of the steady clock; false when the time came first.
    template <class Rep, class Period>
    bool wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    bool wait_until(std::chrono::steady_clock::time_point time) const;

    // For brood itself.
    void join_wait(detail::wait_set& set) const;

    void save(output_archive& archive) const { object_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<event>& construct) {
        construct(load_object(archive));
    }
    friend bool operator==(const event& a, const event& b) noexcept { return a.object_ == b.object_; }

private:
    static detail::shared_object load_object(input_archive& archive);
    detail::shared_object object_;
};

}  // namespace brood
