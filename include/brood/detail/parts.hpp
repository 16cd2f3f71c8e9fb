// SPDX-License-Identifier: MIT
// What a type is made of, with the name of each part: what the compile-time walk goes down.
#pragma once

#include <brood/detail/kind.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace brood::detail {

// A part of type T, called `Label` behind the whole's name.
template <class T, text Label>
struct part {
    using type = T;
    static constexpr std::string_view label = Label.view();
};
template <class... Part>
struct part_list {};

template <class T>
struct template_arguments;
template <template <class...> class Template, class... A>
struct template_arguments<Template<A...>> {
    using type = types<A...>;
};

template <std::size_t N>
inline constexpr std::size_t digits = N < 10    ? 1
                                      : N < 100 ? 2
                                                : 3;

// ".get<12>"
template <std::size_t I>
constexpr auto get_label() {
    text<7 + digits<I>> label(std::string_view(".get<"));
    label.characters[5 + digits<I>] = '>';
    for (std::size_t at = 4 + digits<I>, rest = I; at > 4; --at, rest /= 10)
        label.characters[at] = static_cast<char>('0' + rest % 10);
    return label;
}
template <class... T, std::size_t... I>
part_list<part<T, get_label<I>()>...> numbered_parts(types<T...>, std::index_sequence<I...>);
template <class... T>
decltype(numbered_parts(types<T...>(), std::index_sequence_for<T...>())) number_parts(types<T...>);

template <class T, std::size_t I>
constexpr auto field_label() {
    return text<field_name<T, I>.size() + 1>(field_name<T, I>);
}
template <class T, class... F, std::size_t... I>
part_list<part<F, field_label<T, I>()>...> name_fields(types<F...>, std::index_sequence<I...>);

template <kind K>
struct parts {
    template <class T>
    using of = part_list<>;
};
template <>
struct parts<kind::c_array> {
    template <class T>
    using of = part_list<part<std::remove_extent_t<T>, "[]">>;
};
template <>
struct parts<kind::sequence> {
    template <class T>
    using of = part_list<part<typename T::value_type, "[]">>;
};
template <>
struct parts<kind::array> : parts<kind::sequence> {};
template <>
struct parts<kind::forward_list> : parts<kind::sequence> {};
template <>
struct parts<kind::valarray> : parts<kind::sequence> {};
template <>
struct parts<kind::set> : parts<kind::sequence> {};
template <>
struct parts<kind::adaptor> : parts<kind::sequence> {};
template <>
struct parts<kind::map> {
    template <class T>
    using of = part_list<part<typename T::key_type, "[].key">, part<typename T::mapped_type, "[].value">>;
};
template <>
struct parts<kind::optional> {
    template <class T>
    using of = part_list<part<typename T::value_type, ".value">>;
};
template <>
struct parts<kind::atomic> : parts<kind::optional> {};
template <>
struct parts<kind::complex> : parts<kind::optional> {};
template <>
struct parts<kind::expected> {
    template <class T>
    using of =
        std::conditional_t<std::is_void_v<typename T::value_type>, part_list<part<typename T::error_type, ".error">>,
                           part_list<part<typename T::value_type, ".value">, part<typename T::error_type, ".error">>>;
};
template <>
struct parts<kind::variant> {
    template <class T>
    using of = decltype(number_parts(typename template_arguments<T>::type()));
};
template <>
struct parts<kind::tuple> : parts<kind::variant> {};
template <>
struct parts<kind::duration> {
    template <class T>
    using of = part_list<part<typename T::rep, ".count">>;
};
template <>
struct parts<kind::time_point> {
    template <class T>
    using of = part_list<part<typename T::duration, ".duration">>;
};
template <>
struct parts<kind::unique> {
    template <class T>
    using of = part_list<part<typename T::element_type, ".pointee">>;
};
template <>
struct parts<kind::shared> : parts<kind::unique> {};
template <>
struct parts<kind::weak> : parts<kind::unique> {};
template <>
struct parts<kind::aggregate> {
    template <class T>
    using of = decltype(name_fields<T>(field_types<T>(), std::make_index_sequence<field_count<T>>()));
};

template <class T>
using parts_of = typename parts<kind_of<T>>::template of<T>;

}  // namespace brood::detail
