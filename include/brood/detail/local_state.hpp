// SPDX-License-Identifier: MIT
// The promise side of futures whose result is made in this process: of then(), of combinators, of threads.
#pragma once

#include <brood/detail/future_state.hpp>
#include <brood/detail/ready_gate.hpp>
#include <brood/error.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace brood::detail {

// A value as it is kept; nothing for void.
template <class R>
using stored = std::conditional_t<std::is_void_v<R>, std::monostate, R>;

// What a state is made from, for cancelling and helping.
class BROOD_API state_sources {
public:
    void set(std::vector<std::shared_ptr<future_core>> sources);
    void cancel();
    void request_stop();
    bool help();

private:
    std::vector<std::shared_ptr<future_core>> copy();
    std::mutex mutex_;
    std::vector<std::shared_ptr<future_core>> sources_;
};

BROOD_API std::exception_ptr make_cancelled(const char* what = "the task was cancelled");

// Thread-safe; the first of set_value, set_exception and cancel() counts. Whoever calls them holds the state.
template <class R>
class local_state : public future_state<R> {
public:
    bool wait_until(const std::chrono::steady_clock::time_point* time) override {
        return gate_.wait_until(time, *this);
    }
    void on_ready(std::function<void()> what, const void* key = nullptr) override {
        gate_.on_ready(std::move(what), key);
    }
    void forget(const void* key) noexcept override { gate_.forget(key); }
    bool cancel() override {
        if (!gate_.claim()) return gate_.is_open() && cancelled_;
        cancelled_ = true;
        error_ = make_cancelled();
        gate_.open();
        sources_.cancel();
        return true;
    }
    void request_stop() override { sources_.request_stop(); }
    bool help() override { return sources_.help(); }
    bool has_failed() override { return gate_.is_open() && error_ != nullptr; }

    R take() override {
        if (error_) std::rethrow_exception(std::exchange(error_, nullptr));
        if constexpr (!std::is_void_v<R>) return std::move(*value_);
    }

    // False, and nothing else, when it is ready already. A value that cannot be moved in becomes its exception.
    template <class... V>
    bool set_value(V&&... value) {
        if (!gate_.claim()) return false;
        try {
            value_.emplace(std::forward<V>(value)...);
        } catch (...) {
            error_ = std::current_exception();
        }
        gate_.open();
        return true;
    }
    bool set_exception(std::exception_ptr error) {
        if (!gate_.claim()) return false;
        error_ = std::move(error);
        gate_.open();
        return true;
    }
    // Sets what `make` returns or throws. Then this thread holds nothing of an exception that somebody else may read.
    template <class Make>
    void set_by(Make&& make) {
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<R>) {
                std::forward<Make>(make)();
                set_value();
            } else {
                set_value(std::forward<Make>(make)());
            }
        } catch (...) {
            error = std::current_exception();
        }
        if (error) set_exception(std::move(error));
    }
    bool is_ready() const noexcept { return gate_.is_open(); }
    // What cancel(), request_stop() and help() reach.
    void made_from(std::vector<std::shared_ptr<future_core>> sources) { sources_.set(std::move(sources)); }

private:
    ready_gate gate_;
    std::optional<stored<R>> value_;
    std::exception_ptr error_;
    bool cancelled_ = false;
    state_sources sources_;
};

}  // namespace brood::detail
