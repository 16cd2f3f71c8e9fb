// SPDX-License-Identifier: MIT
// Several futures as one, or one after the other as they come.
#pragma once

#include <brood/detail/arrivals.hpp>
#include <brood/future.hpp>
#include <brood/shared_future.hpp>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

// What wait() waits for.
enum class wait_policy : std::uint8_t {
    all,
    any,         // at least one
    first_error  // all, or one that failed
};

namespace detail {

using state_list = std::vector<std::shared_ptr<future_core>>;

// False when the time came first (null: never).
BROOD_API bool wait_for_states(const state_list& states, wait_policy policy,
                               const std::chrono::steady_clock::time_point* time);
// Ready with the index of the first that is. Does not keep the states alive.
BROOD_API std::shared_ptr<local_state<std::size_t>> first_of(const state_list& states);

template <class>
inline constexpr bool is_future = false;
template <class R>
inline constexpr bool is_future<future<R>> = true;
template <class R>
inline constexpr bool is_shared_future = false;
template <class R>
inline constexpr bool is_shared_future<shared_future<R>> = true;
template <class F>
concept any_future = is_future<std::remove_cvref_t<F>> || is_shared_future<std::remove_cvref_t<F>>;
template <class Range>
concept range_of_futures = std::ranges::input_range<Range> && any_future<std::ranges::range_value_t<Range>>;

template <range_of_futures Range>
state_list states_of(Range&& futures) {
    state_list states;
    for (auto&& one : futures)
        states.push_back(future_access<typename std::remove_cvref_t<decltype(one)>::value_type>::state(one));
    return states;
}

// Calls `finish` once all of them are ready.
template <class Finish>
void when_ready(const state_list& states, Finish finish) {
    struct countdown {
        std::atomic<std::size_t> left;
        Finish finish;
    };
    // One more, so that it is not over before all have been asked.
    const auto shared = std::make_shared<countdown>(states.size() + 1, std::move(finish));
    const auto one_less = [shared] {
        if (--shared->left == 0) shared->finish();
    };
    for (const auto& state : states) state->on_ready(one_less);
    one_less();
}

template <class R>
stored<R> take_stored(future_state<R>& state) {
    if constexpr (std::is_void_v<R>) {
        state.take();
        return {};
    } else {
        return state.take();
    }
}

}  // namespace detail

// A future of all their values, as a tuple (std::monostate for void). It is ready when all of them have ended, and has
// the first exception in their order if there is one. Its cancel() reaches all of them. They are empty afterwards.
template <class... R>
future<std::tuple<detail::stored<R>...>> when_all(future<R>... futures) {
    const auto to = std::make_shared<detail::local_state<std::tuple<detail::stored<R>...>>>();
    const auto states = std::make_tuple(detail::future_access<R>::release(futures)...);
    const auto list = std::apply([](const auto&... state) { return detail::state_list{state...}; }, states);
    to->made_from(list);
    detail::when_ready(list, [to, states] {
        to->set_by([&] {
            // Braces: in their order.
            return std::apply(
                [](const auto&... s) { return std::tuple<detail::stored<R>...>{detail::take_stored(*s)...}; }, states);
        });
        to->made_from({});
    });
    return future<std::tuple<detail::stored<R>...>>(to);
}

// The same for a range of futures of one type: a future of a vector (of nothing for void). An empty range is ready.
template <std::ranges::input_range Range>
    requires detail::is_future<std::ranges::range_value_t<Range>>
auto when_all(Range&& futures) {
    using value = typename std::ranges::range_value_t<Range>::value_type;
    using result = std::conditional_t<std::is_void_v<value>, void, std::vector<detail::stored<value>>>;
    const auto to = std::make_shared<detail::local_state<result>>();
    std::vector<std::shared_ptr<detail::future_state<value>>> states;
    for (auto&& one : futures) states.push_back(detail::future_access<value>::release(one));
    const detail::state_list list(states.begin(), states.end());
    to->made_from(list);
    detail::when_ready(list, [to, states = std::move(states)] {
        to->set_by([&] {
            if constexpr (std::is_void_v<value>) {
                for (const auto& state : states) state->take();
            } else {
                result values;
                values.reserve(states.size());
                for (const auto& state : states) values.push_back(state->take());
                return values;
            }
        });
        to->made_from({});
    });
    return future<result>(to);
}

// A future of the index of one that is ready, as soon as there is one. They stay as they are, and are not kept alive.
// Throws std::invalid_argument when there are none.
template <detail::any_future... F>
future<std::size_t> when_any(const F&... futures) {
    return future<std::size_t>(
        detail::first_of({detail::future_access<typename std::remove_cvref_t<F>::value_type>::state(futures)...}));
}
template <detail::range_of_futures Range>
future<std::size_t> when_any(Range&& futures) {
    return future<std::size_t>(detail::first_of(detail::states_of(futures)));
}

// Blocks until all of them, any of them, or all or one that failed (`first_error`) are ready. True then; false when the
// time came first. Nothing is taken from them.
template <detail::range_of_futures Range>
bool wait(Range&& futures, wait_policy policy) {
    return detail::wait_for_states(detail::states_of(futures), policy, nullptr);
}
template <detail::range_of_futures Range, class Rep, class Period>
bool wait(Range&& futures, wait_policy policy, const std::chrono::duration<Rep, Period>& timeout) {
    const auto until = detail::time_after(timeout);
    return detail::wait_for_states(detail::states_of(futures), policy, &until);
}

// The indices of futures in the order in which they become ready; an input range. Made by as_completed().
class completion_order {
public:
    explicit completion_order(detail::state_list states) : states_(std::move(states)) {
        for (std::size_t i = 0; i < states_.size(); ++i)
            states_[i]->on_ready([to = arrivals_, i] { to->add(i); }, arrivals_.get());
    }
    completion_order(completion_order&&) noexcept = default;
    completion_order& operator=(completion_order&&) = delete;
    ~completion_order() {
        for (const auto& state : states_) state->forget(arrivals_.get());
    }

    // Waits for the next one when it is moved on.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using value_type = std::size_t;
        using difference_type = std::ptrdiff_t;
        using pointer = const std::size_t*;
        using reference = std::size_t;

        iterator() noexcept = default;
        explicit iterator(completion_order& from) : from_(&from) { ++*this; }
        std::size_t operator*() const noexcept { return index_; }
        // Blocks until the next one is ready.
        iterator& operator++() {
            if (!from_->next(index_)) from_ = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const iterator& a, std::default_sentinel_t) noexcept { return a.at_end(); }

    private:
        bool at_end() const noexcept { return from_ == nullptr; }
        completion_order* from_ = nullptr;
        std::size_t index_ = 0;
    };
    iterator begin() { return iterator(*this); }
    std::default_sentinel_t end() const noexcept { return {}; }

private:
    BROOD_API bool next(std::size_t& index);

    detail::state_list states_;
    std::shared_ptr<detail::arrivals> arrivals_ = std::make_shared<detail::arrivals>();
    std::vector<std::uint64_t> come_;  // in reverse order
    std::size_t given_ = 0;
};

// `for (auto i : as_completed(futures)) use(futures[i].get());`
template <detail::range_of_futures Range>
completion_order as_completed(Range&& futures) {
    return completion_order(detail::states_of(futures));
}

}  // namespace brood
