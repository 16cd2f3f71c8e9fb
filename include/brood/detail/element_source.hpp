// SPDX-License-Identifier: MIT
// Takes the elements of any input range in pieces, as the values that a function is to get.
#pragma once

#include <brood/detail/callable.hpp>
#include <brood/stop_token.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <ranges>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

// Elements of a container that is given away are moved out of it.
template <class Range>
inline constexpr bool gives_elements =
    !std::is_lvalue_reference_v<Range> && !std::ranges::view<std::remove_cvref_t<Range>> &&
    !std::is_const_v<std::remove_reference_t<Range>>;

// What one element is taken from: a reference into the range, or a value. A proxy stands for the value.
template <class Range>
struct element_of_range {
    using range = std::remove_reference_t<Range>;
    using got = std::conditional_t<gives_elements<Range>, std::ranges::range_rvalue_reference_t<range>,
                                   std::ranges::range_reference_t<range>>;
    using value = std::ranges::range_value_t<range>;
    using type = std::conditional_t<std::is_reference_v<got> || !std::is_constructible_v<value, got>, got, value>;
};
template <class Range>
using element_of_range_t = typename element_of_range<Range>::type;

// The I-th parameter that is given by the caller: a stop_token before it is not.
template <class F, class First, std::size_t I>
struct given_parameter {
    static constexpr bool token_first =
        std::is_same_v<std::remove_cvref_t<typename parameter_at<F, 0>::type>, stop_token> &&
        !std::is_same_v<std::remove_cvref_t<First>, stop_token>;
    using type = typename parameter_at<F, I + (token_first ? 1 : 0)>::type;
};

template <class F, class Range>
using kept_element = typename kept_argument<typename given_parameter<F, element_of_range_t<Range>, 0>::type,
                                            element_of_range_t<Range>>::type;

template <class F, class Tuple, class Indices>
struct kept_parts;
template <class F, class Tuple, std::size_t... I>
struct kept_parts<F, Tuple, std::index_sequence<I...>> {
    template <std::size_t N>
    using part = std::tuple_element_t<N, Tuple>;
    template <std::size_t N>
    using parameter = typename given_parameter<F, std::tuple_element_t<0, Tuple>, N>::type;
    using type = std::tuple<typename kept_argument<parameter<I>, part<I>>::type...>;
};
// A tuple, pair or array of the range as a tuple of what the function is to get.
template <class F, class Range>
struct kept_tuple {
    using tuple = std::remove_cvref_t<element_of_range_t<Range>>;
    using type = typename kept_parts<F, tuple, std::make_index_sequence<std::tuple_size_v<tuple>>>::type;
};

template <class T, class From>
T make_element(From&& from) {
    if constexpr (std::is_constructible_v<T, From>) {
        return T(std::forward<From>(from));
    } else {
        return std::apply([](auto&&... part) { return T(std::forward<decltype(part)>(part)...); },
                          std::forward<From>(from));
    }
}

// Holds a range that is given as a value, refers to one that is not. Looks at the range only in take(), and never
// further than it was asked to. One that was begun is not moved.
template <class T, class Range>
class element_source {
public:
    explicit element_source(Range&& range) : range_(std::forward<Range>(range)) {}
    element_source(const element_source&) = delete;
    element_source& operator=(const element_source&) = delete;

    std::optional<std::uint64_t> total() {
        if constexpr (std::ranges::sized_range<held>)
            return static_cast<std::uint64_t>(std::ranges::size(range_));
        else
            return std::nullopt;
    }

    // Up to `count` elements; none at the end. What the range throws comes out, and ends it.
    std::vector<T> take(std::size_t count) {
        std::vector<T> taken;
        if (ended_) return taken;
        ended_ = true;  // unless all goes well
        if (!at_) at_ = std::make_unique<iterator>(std::ranges::begin(range_));
        if constexpr (at_a_stroke)
            ended_ = take_block(count, taken);
        else
            ended_ = take_each(count, taken);
        return taken;
    }

    std::vector<T> take_all() {
        constexpr std::size_t block = 1U << 16U;
        const auto all = total();
        std::vector<T> taken = take(all ? static_cast<std::size_t>(*all) : block);
        for (auto more = take(block); !more.empty(); more = take(block))
            taken.insert(taken.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
        return taken;
    }

private:
    using held = std::remove_reference_t<Range>;
    using iterator = std::ranges::iterator_t<held>;
    static constexpr bool at_a_stroke = std::ranges::random_access_range<held> &&
                                        std::sized_sentinel_for<std::ranges::sentinel_t<held>, iterator> &&
                                        std::is_same_v<T, std::ranges::range_value_t<held>> && !gives_elements<Range> &&
                                        std::is_constructible_v<T, std::ranges::range_reference_t<held>>;

    bool take_block(std::size_t count, std::vector<T>& into) {
        const auto left = static_cast<std::size_t>(std::ranges::end(range_) - *at_);
        const auto now = std::min(left, count);
        const auto until = *at_ + static_cast<std::ranges::range_difference_t<held>>(now);
        into.reserve(now);
        if constexpr (std::ranges::contiguous_range<held> && std::is_trivially_copyable_v<T>)
            into.assign(std::to_address(*at_), std::to_address(*at_) + now);
        else
            for (; *at_ != until; ++*at_) into.push_back(static_cast<T>(**at_));
        *at_ = until;
        return now == left;
    }
    // Goes on from an element only when another is wanted: a source that waits for input is not asked too early.
    bool take_each(std::size_t count, std::vector<T>& into) {
        while (into.size() < count) {
            if (std::exchange(fetched_, true)) ++*at_;
            if (*at_ == std::ranges::end(range_)) return true;
            if constexpr (gives_elements<Range>)
                into.push_back(make_element<T>(std::ranges::iter_move(*at_)));
            else
                into.push_back(make_element<T>(**at_));
        }
        return false;
    }

    std::conditional_t<std::is_lvalue_reference_v<Range>, Range, std::remove_cvref_t<Range>> range_;
    std::unique_ptr<iterator> at_;
    bool fetched_ = false;  // the element at `at_` was taken
    bool ended_ = false;
};

}  // namespace brood::detail
