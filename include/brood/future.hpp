// SPDX-License-Identifier: MIT
// The result of work in another process.
#pragma once

#include <brood/detail/target.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>
#include <brood/sentinel.hpp>

#include <chrono>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

namespace brood {

namespace detail {

// A result on its way from a child. One reader; wait and ready may be called from several threads.
class BROOD_API pending_result {
public:
    virtual ~pending_result() = default;
    // True when result, exception or death is known; false when the time came first (a null time: never).
    virtual bool wait_until(const std::chrono::steady_clock::time_point* time) = 0;
    // After wait: the archive that holds the value; throws what the target threw, or process_died.
    virtual input_archive& open() = 0;
    // Within a catch clause, when reading the value failed: throws process_died if that is why.
    virtual void reading_failed() = 0;
    // The value was read, or will not be.
    virtual void close() noexcept = 0;
    virtual std::shared_ptr<running_child> child() const = 0;
    // Adds itself: ready when wait_until() would not wait.
    virtual void join_wait(wait_set& set) = 0;
};

}  // namespace detail

// The value, or the exception, that a function in another process gives back. Move-only; get() once. Like a
// std::future of std::async its destructor waits until the process has ended; the result is then discarded. Only the
// process that made it may use it: in a forked copy waiting and get() throw std::logic_error, and its end does nothing.
template <class R>
class future {
public:
    future() noexcept = default;
    explicit future(std::shared_ptr<detail::pending_result> pending) noexcept : pending_(std::move(pending)) {}
    future(future&&) noexcept = default;
    future& operator=(future&&) noexcept = default;
    ~future() = default;

    // False for an empty one and after get().
    bool valid() const noexcept { return pending_ != nullptr; }

    // Blocks until the result is there and gives it. Throws what the function threw (its own type where that can be
    // rebuilt, else remote_error), process_died when the process ended without a result, serialization_error when
    // arguments or result could not be written or read. A second call throws std::future_error (no_state).
    R get() {
        require_state();
        const auto pending = std::exchange(pending_, nullptr);
        pending->wait_until(nullptr);
        const closer close{*pending};
        input_archive& archive = pending->open();
        if constexpr (!std::is_void_v<R>) {
            try {
                return detail::load_value<R>(archive);
            } catch (const serialization_error&) {
                pending->reading_failed();
                throw;
            }
        } else {
            static_cast<void>(archive);
        }
    }

    // Blocks until get() would not.
    void wait() const {
        require_state();
        pending_->wait_until(nullptr);
    }
    template <class Rep, class Period>
    std::future_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    std::future_status wait_until(std::chrono::steady_clock::time_point time) const {
        require_state();
        return pending_->wait_until(&time) ? std::future_status::ready : std::future_status::timeout;
    }
    // Whether get() would give or throw at once.
    bool ready() const { return wait_until(std::chrono::steady_clock::time_point::min()) == std::future_status::ready; }

    // For brood itself.
    void join_wait(detail::wait_set& set) const {
        require_state();
        pending_->join_wait(set);
    }

private:
    struct closer {
        detail::pending_result& pending;
        ~closer() { pending.close(); }
    };
    void require_state() const {
        if (!pending_) throw std::future_error(std::future_errc::no_state);
    }
    std::shared_ptr<detail::pending_result> pending_;
};

}  // namespace brood
