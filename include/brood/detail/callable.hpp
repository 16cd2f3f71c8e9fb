// SPDX-License-Identifier: MIT
// What is known at compile time about a callable, and in which type each of its arguments is kept until it runs.
#pragma once

#include <cstddef>
#include <string>
#include <tuple>
#include <type_traits>

namespace brood::detail {

template <class... T>
struct type_list {
    template <std::size_t I>
    using at = std::tuple_element_t<I, std::tuple<T...>>;
    static constexpr std::size_t size = sizeof...(T);
};

// The parameter types of a callable, object parameter of member functions included; `unknown` for templates and
// overloaded operators.
struct unknown_parameters {};

template <class F>
struct parameters_of {
    using type = unknown_parameters;
};

#define BROOD_PARAMETERS(QUALIFIERS)                      \
    template <class R, class C, class... A>               \
    struct parameters_of<R (C::*)(A...) QUALIFIERS> {     \
        using type = type_list<unknown_parameters, A...>; \
        using without_object = type_list<A...>;           \
    };
BROOD_PARAMETERS()
BROOD_PARAMETERS(const)
BROOD_PARAMETERS(&)
BROOD_PARAMETERS(const&)
BROOD_PARAMETERS(&&)
BROOD_PARAMETERS(noexcept)
BROOD_PARAMETERS(const noexcept)
BROOD_PARAMETERS(&noexcept)
BROOD_PARAMETERS(const& noexcept)
BROOD_PARAMETERS(&&noexcept)
#undef BROOD_PARAMETERS

template <class R, class... A>
struct parameters_of<R (*)(A...)> {
    using type = type_list<A...>;
};
template <class R, class... A>
struct parameters_of<R (*)(A...) noexcept> {
    using type = type_list<A...>;
};
template <class F>
    requires requires { typename parameters_of<decltype(&F::operator())>::without_object; }
struct parameters_of<F> {
    using type = typename parameters_of<decltype(&F::operator())>::without_object;
};

// The I-th parameter of F, or `unknown_parameters`.
template <class F, std::size_t I, class List = typename parameters_of<F>::type>
struct parameter_at {
    using type = unknown_parameters;
};
template <class F, std::size_t I, class... A>
    requires(I < sizeof...(A))
struct parameter_at<F, I, type_list<A...>> {
    using type = typename type_list<A...>::template at<I>;
};

// Text by pointer cannot be kept; the characters can.
template <class T>
struct keep_text {
    using type = T;
};
template <>
struct keep_text<const char*> {
    using type = std::string;
};
template <>
struct keep_text<char*> {
    using type = std::string;
};

// How an argument is kept: as the parameter's own type when the parameter is a value or a const reference that the
// argument converts to (so that "text" becomes the std::string that the function wants), else as itself. A derived
// object is never cut down to its base.
template <class Parameter, class Argument>
struct kept_argument {
    using own = std::decay_t<Argument>;
    using wanted = std::remove_cvref_t<Parameter>;
    static constexpr bool views = std::is_pointer_v<wanted> || std::is_same_v<wanted, std::string_view>;
    static constexpr bool slices = std::is_base_of_v<wanted, own> && !std::is_same_v<wanted, own>;
    static constexpr bool converts = std::is_constructible_v<wanted, Argument> && !views && !slices;
    using type = typename keep_text<std::conditional_t<converts, wanted, own>>::type;
};
template <class Argument>
struct kept_argument<unknown_parameters, Argument> {
    using type = typename keep_text<std::decay_t<Argument>>::type;
};

}  // namespace brood::detail
