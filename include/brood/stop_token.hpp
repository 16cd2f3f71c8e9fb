// SPDX-License-Identifier: MIT
// How a task is asked to end early, wherever it runs.
#pragma once

#include <brood/event.hpp>

#include <optional>
#include <type_traits>
#include <utility>

namespace brood {

// Tells a task whether somebody wants it to stop: future::request_stop(), or the end of a stream of results that is not
// wanted any more. A task whose first parameter is a stop_token gets one; the task decides what to do about it. A
// handle: copies, also those sent to other processes, tell the same. Any thread.
class stop_token {
public:
    // One that never asks.
    stop_token() noexcept = default;
    explicit stop_token(event requested) noexcept : requested_(std::move(requested)) {}

    // Costs one load from memory.
    bool stop_requested() const { return requested_ && requested_->is_set(); }
    bool stop_possible() const noexcept { return requested_.has_value(); }

    void save(output_archive& archive) const { detail::save_value(archive, requested_); }
    void load(input_archive& archive) { requested_ = detail::load_value<std::optional<event>>(archive); }
    friend bool operator==(const stop_token& a, const stop_token& b) noexcept { return a.requested_ == b.requested_; }

private:
    std::optional<event> requested_;
};

namespace detail {

// The side that asks. Copies are the same one.
class stop_source {
public:
    // Throws std::bad_alloc, or brood::error where there is no memory to share.
    stop_source() = default;
    void request_stop() { requested_.set(); }
    bool stop_requested() const { return requested_.is_set(); }
    stop_token token() const { return stop_token(requested_); }

private:
    event requested_;
};

// Whether a callable with these arguments gets a stop_token before them: it cannot be called without.
template <class F, class... X>
inline constexpr bool wants_stop_token = !std::is_invocable_v<F, X...> && std::is_invocable_v<F, stop_token, X...>;

}  // namespace detail
}  // namespace brood
