// SPDX-License-Identifier: MIT
// A value in memory that processes share, with its lock.
#pragma once

#include <brood/detail/guarded_block.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>

#include <cereal/access.hpp>

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

namespace brood {

// One T that threads of all processes change in place. A handle: copies, also those sent to other processes, refer to
// the same value, and the last one frees it. T is plain data (trivially copyable, without addresses as far as can be
// told: others do not compile), or a container of <brood/containers.hpp>.
//
// When a process ends while it holds the lock, lock(), try_lock(), the timed forms, load(), store() and with() throw
// owner_died until somebody recovers it. A handle is for one thread at a time, its copies are independent; all members
// work on const handles, as those of std::shared_ptr do.
template <class T>
class shared_value {
public:
    using value_type = T;

    // Access to the value while this process holds the lock, which goes with this object. It must end in the process
    // that made it, in any thread; in a forked copy it does nothing. Keeps the value alive.
    class guard {
    public:
        guard(guard&& other) noexcept
            : block_(std::move(other.block_)),
              value_(std::exchange(other.value_, nullptr)),
              recovered_(other.recovered_) {}
        guard& operator=(guard&& other) noexcept {
            guard taken(std::move(other));
            std::swap(block_, taken.block_);
            std::swap(value_, taken.value_);
            std::swap(recovered_, taken.recovered_);
            return *this;
        }
        ~guard() {
            if (value_ != nullptr) block_.unlock();
        }
        T& operator*() const noexcept { return *value_; }
        T* operator->() const noexcept { return value_; }
        // From recover() and recover_anew(): whether the owner had died.
        bool recovered() const noexcept { return recovered_; }

    private:
        friend class shared_value;
        guard(const detail::guarded_block& locked, T* value, bool recovered = false)
            : block_(locked), value_(value), recovered_(recovered) {}
        detail::guarded_block block_;
        T* value_;
        bool recovered_;
    };

    // A new value, T() or made from the arguments. Throws std::bad_alloc, brood::error where there is no memory to
    // share, and what T's constructor throws.
    shared_value() requires std::default_initializable<T> : shared_value(std::in_place) {}
    explicit shared_value(const T& initial) : shared_value(std::in_place, initial) {}
    template <class... Args>
    explicit shared_value(std::in_place_t, Args&&... arguments) {
        detail::require_shareable<T>();
        block_ = detail::guarded_block::make(sizeof(T));
        construct(std::forward<Args>(arguments)...);
    }

    // Blocks. Locking twice in a thread blocks for ever.
    guard lock() const {
        block_.lock();
        return {block_, value()};
    }
    // Empty when somebody holds it.
    std::optional<guard> try_lock() const { return guard_if(block_.try_lock()); }
    // Durations and times are of the steady clock; empty when the time came first.
    template <class Rep, class Period>
    std::optional<guard> try_lock_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return try_lock_until(detail::time_after(timeout));
    }
    std::optional<guard> try_lock_until(std::chrono::steady_clock::time_point time) const {
        return guard_if(block_.try_lock_until(time));
    }

    // Locks, even if the owner died; then the value is as the death left it. Plain data may be half written. A
    // container may be in the middle of a change and must not be used: see recover_anew(). Blocks.
    guard recover() const {
        const bool recovered = block_.recover();
        return {block_, value(), recovered};
    }
    // Locks, even if the owner died; then the value is made anew, T(), and what containers in it had allocated is
    // freed. Without a death it is lock(). Blocks.
    guard recover_anew() const requires std::default_initializable<T> {
        const bool recovered = block_.recover();
        if (recovered) {
            block_.free_storage();
            construct();
        }
        return {block_, value(), recovered};
    }

    // Calls f(T&) under the lock and gives what it returns, by value.
    template <class F>
    auto with(F&& function) const {
        const guard held = lock();
        return std::invoke(std::forward<F>(function), *held);
    }
    // A copy, made under the lock; that of a container has memory of this process.
    T load() const {
        const guard held = lock();
        return T(std::as_const(*held));
    }
    void store(const T& value) const { *lock() = value; }

    void save(output_archive& archive) const { block_.save(archive); }
    template <class Archive>
    static void load_and_construct(Archive& archive, cereal::construct<shared_value>& construct) {
        construct(detail::guarded_block::load(archive, sizeof(T)));
    }

private:
    friend class cereal::construct<shared_value>;
    friend class cereal::access;
    explicit shared_value(detail::guarded_block block) noexcept : block_(std::move(block)) {}

    T* value() const { return std::launder(static_cast<T*>(block_.value())); }
    template <class... Args>
    void construct(Args&&... arguments) const {
        if constexpr (detail::uses_shared_storage<T>)
            new (block_.value()) T(std::forward<Args>(arguments)..., typename T::allocator_type(block_.storage()));
        else
            new (block_.value()) T(std::forward<Args>(arguments)...);
    }
    std::optional<guard> guard_if(bool locked) const {
        if (!locked) return std::nullopt;
        return guard(block_, value());
    }

    detail::guarded_block block_;
};

}  // namespace brood
