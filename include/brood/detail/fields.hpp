// SPDX-License-Identifier: MIT
// The members of an aggregate: how many, of which types, under which names. No macro, no registration.
#pragma once

#include <brood/detail/members.hpp>
#include <brood/detail/type_name.hpp>

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace brood::detail {

template <class... T>
struct types {
    static constexpr std::size_t size = sizeof...(T);
};

// ---- how many -----------------------------------------------------------------------------------

template <class Whole>
struct any_reference {
    template <class T>
        requires(!std::is_same_v<T, Whole>)
    constexpr operator T&() const noexcept;
};
// Becomes a base class of the aggregate only: the first initialiser of an aggregate that has one.
template <class Whole, bool Empty>
struct any_base {
    template <class T>
        requires(std::is_base_of_v<T, Whole> && !std::is_same_v<T, Whole> && std::is_empty_v<T> == Empty)
    constexpr operator T() const&& noexcept;
};

template <class T, class... Values>
concept brace_made = requires {
    T{Values()...};
};
template <class T, class Base>
concept starts_with_base = requires {
    T{Base()};
}
|| requires { T{Base(), any_value<T>()}; };

template <class T, std::size_t... I>
constexpr bool made_of_values(std::index_sequence<I...>) {
    return brace_made<T, any_value<T, I>...>;
}
template <class T, std::size_t N>
inline constexpr bool takes = made_of_values<T>(std::make_index_sequence<N>());

// Is the initialiser at `Before` an array of `Inside` elements whose braces were left out? Then an inner pair of braces
// takes that many values, and exactly `After` can follow.
template <class T, std::size_t... B, std::size_t... I, std::size_t... A>
constexpr bool nests(std::index_sequence<B...>, std::index_sequence<I...>, std::index_sequence<A...>) {
    return requires { T{any_value<T, B>()..., {any_value<T, I>()...}, any_value<T, A>()...}; };
}
template <class T, std::size_t Before, std::size_t Inside, std::size_t After>
inline constexpr bool nested = nests<T>(std::make_index_sequence<Before>(), std::make_index_sequence<Inside>(),
                                        std::make_index_sequence<After>());

inline constexpr std::size_t cannot_count = static_cast<std::size_t>(-1);

// Values that T's braces take, arrays element by element; for types that some member keeps from being made of {}.
template <class T, std::size_t N = 1>
constexpr std::size_t count_values() {
    if constexpr (N > most_members)
        return cannot_count;
    else if constexpr (!takes<T, N>)
        return count_values<T, N + 1>();
    else if constexpr (takes<T, N + 1>)
        return count_values<T, N + 1>();
    else
        return N;
}
template <class T, std::size_t Values, std::size_t At, std::size_t Inside = 2>
constexpr std::size_t array_length() {
    if constexpr (At + Inside > Values)
        return 1;
    else if constexpr (nested<T, At, Inside, Values - At - Inside> && !nested<T, At, Inside, Values - At - Inside + 1>)
        return Inside;
    else
        return array_length<T, Values, At, Inside + 1>();
}
template <class T, std::size_t Values, std::size_t At = 0>
constexpr std::size_t count_members_of_values() {
    if constexpr (At >= Values)
        return 0;
    else
        return 1 + count_members_of_values<T, Values, At + array_length<T, Values, At>()>();
}

template <class T, std::size_t N = 0>
constexpr std::size_t count_braces() {
    if constexpr (N > most_members)
        return cannot_count;
    else if constexpr (N == most_members)
        return N;
    else if constexpr (members<N + 1>::template braces<T>)
        return count_braces<T, N + 1>();
    else
        return N;
}

template <class T>
inline constexpr bool has_empty_base = starts_with_base<T, any_base<T, true>>;
template <class T>
inline constexpr bool has_base_with_data = starts_with_base<T, any_base<T, false>>;

template <class T>
constexpr std::size_t count_initialisers() {
    if constexpr (members<0>::braces<T>) {
        constexpr std::size_t braces = count_braces<T>();
        if constexpr (!members<braces>::template one_more<T>)
            return braces;
        else if constexpr (count_values<T>() == cannot_count)
            return braces;  // long arrays
        else
            return count_members_of_values<T, count_values<T>()>();
    } else {
        constexpr std::size_t values = count_values<T>();
        if constexpr (values == cannot_count)
            return cannot_count;
        else
            return count_members_of_values<T, values>();
    }
}

// The number of members, `cannot_count` when it cannot be told (a reference among them, too many of them).
template <class T>
inline constexpr std::size_t field_count = [] {
    if constexpr (std::is_empty_v<T>)
        return std::size_t{0};
    else if constexpr (has_empty_base<T>)
        return count_initialisers<T>() - 1;
    else
        return count_initialisers<T>();
}();

// Whether a reference among the members is what keeps them from being counted.
template <class T, std::size_t... I>
constexpr bool made_of_references(std::index_sequence<I...>) {
    return requires { T{((void)I, any_reference<T>())...}; };
}
template <class T, std::size_t N = 1>
constexpr std::size_t count_with_references() {
    if constexpr (N > 16)
        return 0;
    else if constexpr (made_of_references<T>(std::make_index_sequence<N>()))
        return N;
    else
        return count_with_references<T, N + 1>();
}
template <class T>
inline constexpr bool has_reference_member = count_with_references<T>() != 0;

// Which of them it is, counted from 0: the first that takes no value.
template <class T, std::size_t... B, std::size_t... A>
constexpr bool takes_value_at(std::index_sequence<B...>, std::index_sequence<A...>) {
    return requires { T{((void)B, any_reference<T>())..., any_value<T>(), ((void)A, any_reference<T>())...}; };
}
template <class T, std::size_t At = 0>
constexpr std::size_t reference_member() {
    constexpr std::size_t count = count_with_references<T>();
    if constexpr (At + 1 >= count)
        return At;
    else if constexpr (!takes_value_at<T>(std::make_index_sequence<At>(), std::make_index_sequence<count - At - 1>()))
        return At;
    else
        return reference_member<T, At + 1>();
}

// ---- access -------------------------------------------------------------------------------------

// Calls function(member...) with a reference to each.
template <class T, class F>
constexpr decltype(auto) with_fields(T& aggregate, F&& function) {
    return members<field_count<std::remove_cv_t<T>>>::apply(aggregate, std::forward<F>(function));
}

struct type_collector {
    template <class... F>
    constexpr types<F...> operator()(F&...) const {
        return {};
    }
};
// types<...> of the members, const kept.
template <class T>
using field_types = decltype(with_fields(std::declval<T&>(), type_collector()));

// ---- names --------------------------------------------------------------------------------------

template <class T>
struct object_holder {
    T value;
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wundefined-var-template"
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
// Never defined: only addresses in it are named.
template <class T>
extern const object_holder<T> outside;

struct field_address {
    const void* to;
};
template <field_address Address>
constexpr const char* raw_field_name() {
    return __PRETTY_FUNCTION__;
}
template <class T, std::size_t I>
consteval field_address address_of_field() {
    return with_fields(outside<T>.value, [](auto&... field) {
        const void* const all[] = {&field...};
        return field_address{all[I]};
    });
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif

// The last identifier in "...holder<order>::value.order::lines)}]" or "...outside.value.lines}]".
constexpr std::string_view trim_field_name(std::string_view raw) {
    const auto end = raw.find_last_not_of(")}];") + 1;
    const auto begin = raw.find_last_of(":.&", end - 1) + 1;
    return raw.substr(begin, end - begin);
}

template <class T, std::size_t I>
inline constexpr std::string_view field_name = trim_field_name(raw_field_name<address_of_field<T, I>()>());

// The untrimmed names of all members, for messages at run time.
template <class T>
inline constexpr auto raw_field_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<const char*, sizeof...(I)>{raw_field_name<address_of_field<T, I>()>()...};
}
(std::make_index_sequence<field_count<T>>());

}  // namespace brood::detail
