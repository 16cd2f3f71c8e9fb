// SPDX-License-Identifier: MIT
// A result for several who want it.
#pragma once

#include <brood/future.hpp>

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace brood {

namespace detail {

// Fetches the result as soon as it is there, in the thread that makes it ready.
template <class R>
class shared_state final : public future_core {
public:
    static std::shared_ptr<shared_state> make(std::shared_ptr<future_state<R>> from) {
        auto made = std::make_shared<shared_state>();
        made->sources_.set({from});
        from->on_ready([made, from] {
            made->result_.emplace(take_outcome(*from));
            made->sources_.set({});
            made->gate_.open();
        });
        return made;
    }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        return gate_.wait_until(time, *this);
    }
    void on_ready(std::function<void()> what, const void* key = nullptr) override {
        gate_.on_ready(std::move(what), key);
    }
    void forget(const void* key) noexcept override { gate_.forget(key); }
    bool cancel() override {
        sources_.cancel();
        return gate_.is_open() && result_->error() && is_cancelled();
    }
    void request_stop() override { sources_.request_stop(); }
    bool help() override { return sources_.help(); }
    bool has_failed() override { return gate_.is_open() && !result_->has_value(); }

    // Once it is ready.
    const outcome<R>& result() const noexcept { return *result_; }

private:
    bool is_cancelled() const {
        try {
            std::rethrow_exception(result_->error());
        } catch (const cancelled&) {
            return true;
        } catch (...) {
            return false;
        }
    }
    state_sources sources_;
    ready_gate gate_;
    std::optional<outcome<R>> result_;
};

}  // namespace detail

// A copyable future: every copy gives the same value. Made by future::share(). Like std::shared_future, one copy is for
// one thread at a time. The value is fetched when it is there, whether or not somebody asks, and ends with the last
// copy.
template <class R>
class shared_future {
public:
    using value_type = R;

    shared_future() noexcept = default;
    shared_future(future<R>&& from)
        : state_(from.valid() ? detail::shared_state<R>::make(detail::future_access<R>::release(from)) : nullptr) {}

    bool valid() const noexcept { return state_ != nullptr; }
    // Blocks until the result is there and gives a reference that lasts as long as a copy does; throws as future::get()
    // does, the same exception each time.
    std::add_lvalue_reference_t<const R> get() const {
        wait();
        return state_->result().value();
    }
    void wait() const { state().wait_until(nullptr); }
    template <class Rep, class Period>
    std::future_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    std::future_status wait_until(std::chrono::steady_clock::time_point time) const {
        return state().wait_until(&time) ? std::future_status::ready : std::future_status::timeout;
    }
    bool ready() const { return wait_until(std::chrono::steady_clock::time_point::min()) == std::future_status::ready; }
    // For all copies.
    bool cancel() { return state().cancel(); }
    void request_stop() { state().request_stop(); }

private:
    friend struct detail::future_access<R>;
    detail::shared_state<R>& state() const {
        if (!state_) throw std::future_error(std::future_errc::no_state);
        return *state_;
    }
    std::shared_ptr<detail::shared_state<R>> state_;
};

template <class R>
shared_future<R> future<R>::share() {
    require_state();
    return shared_future<R>(std::move(*this));
}

}  // namespace brood
