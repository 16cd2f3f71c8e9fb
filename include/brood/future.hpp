// SPDX-License-Identifier: MIT
// The result of work that goes on elsewhere: in a process, a pool or a thread, or after other results.
#pragma once

#include <brood/detail/callable.hpp>
#include <brood/detail/future_state.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/outcome.hpp>

#include <chrono>
#include <coroutine>
#include <future>
#include <memory>
#include <type_traits>
#include <utility>

namespace brood {

template <class R>
class shared_future;

namespace detail {

// What take() gives or throws.
template <class R>
outcome<R> take_outcome(future_state<R>& state) {
    try {
        if constexpr (std::is_void_v<R>) {
            state.take();
            return {};
        } else {
            return state.take();
        }
    } catch (...) {
        return std::current_exception();
    }
}

// A continuation takes an outcome if it says so; else the value.
template <class F, class R>
struct continuation {
    static constexpr bool takes_outcome =
        std::is_same_v<std::remove_cvref_t<typename parameter_at<F, 0>::type>, outcome<R>> ||
        !std::is_invocable_v<F, R>;
    using argument = std::conditional_t<takes_outcome, outcome<R>, R>;
    using result = std::invoke_result_t<F, argument>;
    static result run(F& function, future_state<R>& from) {
        if constexpr (takes_outcome)
            return std::invoke(std::move(function), take_outcome(from));
        else
            return std::invoke(std::move(function), from.take());
    }
};
template <class F>
struct continuation<F, void> {
    static constexpr bool takes_outcome = !std::is_invocable_v<F>;
    using result =
        typename std::conditional_t<takes_outcome, std::invoke_result<F, outcome<void>>, std::invoke_result<F>>::type;
    static result run(F& function, future_state<void>& from) {
        if constexpr (takes_outcome) {
            return std::invoke(std::move(function), take_outcome(from));
        } else {
            from.take();
            return std::invoke(std::move(function));
        }
    }
};

template <class R>
struct future_access;

}  // namespace detail

// The value, or the exception, that work elsewhere gives. Move-only; get(), then() or co_await once. Its end does not
// wait for a pool's or a thread's work, whose result is then discarded. One from async() waits for its process, like a
// std::future of std::async; only the process that made it may use it: in a forked copy waiting and get() throw
// std::logic_error, and its end does nothing. For one thread at a time.
template <class R>
class future {
public:
    using value_type = R;
    class promise_type;

    future() noexcept = default;
    explicit future(std::shared_ptr<detail::future_state<R>> state) noexcept : state_(std::move(state)) {}
    future(future&&) noexcept = default;
    future& operator=(future&& other) noexcept {
        if (this == &other) return *this;
        drop();
        state_ = std::move(other.state_);
        return *this;
    }
    ~future() { drop(); }

    // False for an empty one and after get(), then() and share().
    bool valid() const noexcept { return state_ != nullptr; }

    // Blocks until the result is there and gives it. Throws what the function threw (its own type where that can be
    // rebuilt, else remote_error), process_died or worker_died when the process ended without a result, cancelled,
    // timeout_error when the task took too long, serialization_error when arguments or result could not be written or
    // read. A second call throws std::future_error (no_state). In a worker of a thread_pool the task that it waits for
    // may run meanwhile, in this thread.
    R get() {
        const future taken(release());
        taken.wait();
        return taken.state_->take();
    }

    // Blocks until get() would not.
    void wait() const { state().wait_until(nullptr); }
    template <class Rep, class Period>
    std::future_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    std::future_status wait_until(std::chrono::steady_clock::time_point time) const {
        return state().wait_until(&time) ? std::future_status::ready : std::future_status::timeout;
    }
    // Whether get() would give or throw at once.
    bool ready() const { return wait_until(std::chrono::steady_clock::time_point::min()) == std::future_status::ready; }

    // True when it now ends, or has ended, with `cancelled`: the work had not begun and never will, or it ran in a
    // process, which is killed. False when the result is there already, or a thread is at work.
    bool cancel() { return state().cancel(); }
    // Tells the task that somebody wants it to stop, if it takes a stop_token.
    void request_stop() { state().request_stop(); }

    // Runs `function` in this process once the result is there, and gives a future of what it returns or throws. It
    // gets the value, or an outcome<R> if that is the type of its parameter. Without a value and without an outcome to
    // take it is not run, and the exception goes on. It runs in the thread that makes the result ready, or at once in
    // this one, and should not block. The returned future's cancel() reaches this one's work. This future is empty
    // afterwards.
    template <class F>
    auto then(F&& function) {
        using after = detail::continuation<std::decay_t<F>, R>;
        using result = std::remove_cvref_t<typename after::result>;
        const auto from = release();
        const auto to = std::make_shared<detail::local_state<result>>();
        to->made_from({from});
        from->on_ready([from, to, next = std::make_shared<std::decay_t<F>>(std::forward<F>(function))] {
            if (to->is_ready()) return;  // it was cancelled
            to->set_by([&]() -> decltype(auto) { return after::run(*next, *from); });
            to->made_from({});
        });
        return future<result>(to);
    }

    // A copyable future of the same result. This one is empty afterwards.
    shared_future<R> share();

    // For brood itself.
    void join_wait(detail::wait_set& set) const {
        require_state();
        detail::join_wait(state_, set);
    }

private:
    friend struct detail::future_access<R>;
    detail::future_state<R>& state() const {
        require_state();
        return *state_;
    }
    std::shared_ptr<detail::future_state<R>> release() {
        require_state();
        return std::exchange(state_, nullptr);
    }
    void require_state() const {
        if (!state_) throw std::future_error(std::future_errc::no_state);
    }
    void drop() noexcept {
        if (state_) state_->dropped();
    }
    std::shared_ptr<detail::future_state<R>> state_;
};

namespace detail {

template <class R>
struct future_access {
    static const std::shared_ptr<future_state<R>>& state(const future<R>& from) {
        from.require_state();
        return from.state_;
    }
    static std::shared_ptr<future_state<R>> release(future<R>& from) { return from.release(); }
    static std::shared_ptr<future_core> state(const shared_future<R>& from) {
        static_cast<void>(from.state());  // throws for an empty one
        return from.state_;
    }
};

// ---- coroutines ---------------------------------------------------------------------------------

template <class R>
class future_awaiter {
public:
    explicit future_awaiter(std::shared_ptr<future_state<R>> state) noexcept : state_(std::move(state)) {}
    bool await_ready() const {
        const auto now = std::chrono::steady_clock::time_point::min();
        return state_->wait_until(&now);
    }
    // The coroutine may be over before this returns.
    void await_suspend(std::coroutine_handle<> waiting) {
        const auto state = state_;
        state->on_ready([waiting] { waiting.resume(); });
    }
    R await_resume() { return state_->take(); }

private:
    const std::shared_ptr<future_state<R>> state_;
};

template <class R>
class future_promise_base {
public:
    future<R> get_return_object() const { return future<R>(state_); }
    std::suspend_never initial_suspend() const noexcept { return {}; }
    std::suspend_never final_suspend() const noexcept { return {}; }
    void unhandled_exception() {
        end([&] { state_->set_exception(std::current_exception()); });
    }

    // What the coroutine waits for is what its future can cancel.
    template <class V>
    future_awaiter<V> await_transform(future<V>&& awaited) {
        auto state = future_access<V>::release(awaited);
        state_->made_from({state});
        return future_awaiter<V>(std::move(state));
    }
    template <class V>
    future_awaiter<V> await_transform(future<V>& awaited) {
        return await_transform(std::move(awaited));
    }
    template <class A>
    A&& await_transform(A&& other) const noexcept {
        return std::forward<A>(other);
    }

protected:
    template <class Set>
    void end(Set set) {
        set();
        state_->made_from({});
    }
    const std::shared_ptr<local_state<R>> state_ = std::make_shared<local_state<R>>();
};

}  // namespace detail

// `co_await` on a future gives what get() would, without a thread that waits: the coroutine goes on in the thread that
// makes the result ready. The future is empty afterwards.
template <class R>
detail::future_awaiter<R> operator co_await(future<R>&& awaited) {
    return detail::future_awaiter<R>(detail::future_access<R>::release(awaited));
}
template <class R>
detail::future_awaiter<R> operator co_await(future<R>& awaited) {
    return detail::future_awaiter<R>(detail::future_access<R>::release(awaited));
}

// A coroutine may return a future: it runs until its first co_await in the caller.
template <class R>
class future<R>::promise_type : public detail::future_promise_base<R> {
public:
    template <class V>
    void return_value(V&& value) {
        this->end([&] { this->state_->set_value(std::forward<V>(value)); });
    }
};
template <>
class future<void>::promise_type : public detail::future_promise_base<void> {
public:
    void return_void() {
        end([&] { state_->set_value(); });
    }
};

}  // namespace brood
