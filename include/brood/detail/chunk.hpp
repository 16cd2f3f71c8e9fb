// SPDX-License-Identifier: MIT
// Elements of a map that travel and run together, and what they gave.
#pragma once

#include <brood/detail/target.hpp>
#include <brood/stop_token.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

struct chunk_failure {
    std::uint64_t index;  // in the chunk
    std::exception_ptr error;
};

// Crosses when R does.
template <class R>
struct chunk_result {
    std::vector<R> values;                // of the elements that gave one, in order
    std::vector<chunk_failure> failures;  // of the others, by rising index
    std::int64_t busy = 0;                // nanoseconds that the function took

    std::size_t size() const noexcept { return values.size() + failures.size(); }
    // What follows it in the same chunk.
    void append(chunk_result&& next) {
        const auto before = size();
        for (auto& failure : next.failures) failures.push_back({before + failure.index, std::move(failure.error)});
        values.insert(values.end(), std::move_iterator(next.values.begin()), std::move_iterator(next.values.end()));
        busy += next.busy;
    }
    void append_failure(const std::exception_ptr& error) { failures.push_back({size(), error}); }
};

template <>
struct chunk_result<void> {
    std::uint64_t succeeded = 0;
    std::vector<chunk_failure> failures;
    std::int64_t busy = 0;

    std::size_t size() const noexcept { return static_cast<std::size_t>(succeeded) + failures.size(); }
    void append(chunk_result&& next) {
        const auto before = size();
        for (auto& failure : next.failures) failures.push_back({before + failure.index, std::move(failure.error)});
        succeeded += next.succeeded;
        busy += next.busy;
    }
    void append_failure(const std::exception_ptr& error) { failures.push_back({size(), error}); }
};

// ---- calling a function for one element ---------------------------------------------------------

template <class F, class... X>
inline constexpr bool calls_const = std::is_invocable_v<const F&, X...>;

// Each call of a function that is not const has a copy of its own.
template <class F, class... X>
decltype(auto) call_shared(const F& function, X&&... x) {
    if constexpr (calls_const<F, X...>) {
        return std::invoke(function, std::forward<X>(x)...);
    } else {
        F own(function);
        return invoke_with_values(std::move(own), std::forward<X>(x)...);
    }
}

// The same for an element, with a stop_token before it if the function wants one.
template <class F, class T>
decltype(auto) call_with_element(const F& function, const stop_token& stop, T&& element) {
    if constexpr (wants_stop_token<F, T>)
        return call_shared(function, stop_token(stop), std::forward<T>(element));
    else
        return call_shared(function, std::forward<T>(element));
}

template <class F, class T>
concept runs_on_element = runs_with_values<F, T> || wants_stop_token<F, T> || runs_on_object<F, T>;

template <class F, class T>
struct element_result {
    static_assert(runs_on_element<F, T> || !std::is_invocable_v<F, T&>,
                  "brood: the function takes a reference to non-const, but what it changed would be lost: it runs on a "
                  "copy of the element. Take the element by value or const reference and return the result.");
    static_assert(runs_on_element<F, T> || std::is_invocable_v<F, T&>,
                  "brood: the function cannot be called with an element of the range (given as a value).");
    using type = std::remove_cvref_t<decltype(call_with_element(std::declval<const F&>(),
                                                                std::declval<const stop_token&>(), std::declval<T>()))>;
};
template <class F, class T>
using element_result_t = typename element_result<F, T>::type;

// A function of several parameters as one of a tuple.
template <class F>
struct unpacking {
    F function;

    template <class Tuple>
    static constexpr bool takes_token = [] {
        using indices = std::make_index_sequence<std::tuple_size_v<Tuple>>;
        return []<std::size_t... I>(std::index_sequence<I...>) {
            return wants_stop_token<F, std::tuple_element_t<I, Tuple>...>;
        }
        (indices());
    }();

    template <class Tuple>
        requires(!takes_token<Tuple>)
    decltype(auto) operator()(Tuple tuple) const {
        return std::apply([&](auto&... part) -> decltype(auto) { return call_shared(function, std::move(part)...); },
                          tuple);
    }
    template <class Tuple>
        requires(takes_token<Tuple>)
    decltype(auto) operator()(stop_token stop, Tuple tuple) const {
        return std::apply(
            [&](auto&... part) -> decltype(auto) { return call_shared(function, std::move(stop), std::move(part)...); },
            tuple);
    }
};
template <class F>
callee callee_of(const unpacking<F>& function) noexcept {
    return callee_of(function.function);
}

// ---- running a chunk ----------------------------------------------------------------------------

template <class T>
T&& give_element(T& element) {
    return std::move(element);
}
inline bool give_element(std::vector<bool>::reference&& element) { return element; }

// Calls the function for the elements from `first` to before `end`, in order. `goes_on(index)` is asked before each; at
// false the chunk ends there, and what it has so far is the result. Does not throw but for lack of memory.
template <class R, class F, class T, class GoesOn>
chunk_result<R> run_chunk(const F& function, std::vector<T>& elements, std::size_t first, std::size_t end,
                          const stop_token& stop, GoesOn goes_on) {
    using clock = std::chrono::steady_clock;
    chunk_result<R> result;
    if constexpr (!std::is_void_v<R>) result.values.reserve(end - first);
    const auto begun = clock::now();
    for (std::size_t i = first; i < end && goes_on(i); ++i) {
        try {
            if constexpr (std::is_void_v<R>) {
                call_with_element(function, stop, give_element(elements[i]));
                ++result.succeeded;
            } else {
                result.values.push_back(call_with_element(function, stop, give_element(elements[i])));
            }
        } catch (...) {
            result.append_failure(std::current_exception());
        }
    }
    result.busy = std::chrono::duration_cast<std::chrono::nanoseconds>(clock::now() - begun).count();
    return result;
}

}  // namespace brood::detail
