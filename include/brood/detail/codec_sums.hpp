// SPDX-License-Identifier: MIT
// optional, variant, pair, tuple, and what holds a value or an error.
#pragma once

#include <brood/detail/codec.hpp>
#include <brood/detail/parts.hpp>

#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

namespace brood::detail {

template <>
struct codec<kind::optional> {
    template <class T>
    static void write(output_archive& archive, const T& optional) {
        archive.write_byte(optional.has_value() ? 1 : 0);
        if (optional.has_value()) write_value(archive, *optional);
    }
    template <class T>
    static void read(input_archive& archive, T& optional) {
        using value = typename T::value_type;
        if (!archive.read_flag())
            optional.reset();
        else if constexpr (made_first<value>)
            read_value(archive, optional.emplace());
        else
            optional.emplace(make_value<value>(archive));
    }
};

template <class... T>
constexpr bool first_is_made_first(types<T...>) {
    return made_first<std::tuple_element_t<0, std::tuple<T...>>>;
}

template <>
struct codec<kind::variant> {
    template <class T>
    using alternatives = typename template_arguments<T>::type;
    template <class T>
    static constexpr bool makes = !std::is_default_constructible_v<T>;

    template <class T>
    static void write(output_archive& archive, const T& variant) {
        if (variant.valueless_by_exception()) fail("a std::variant without a value");
        const auto index = static_cast<std::uint32_t>(variant.index());
        archive.write(&index, sizeof index);
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            ((index == I ? write_value(archive, *get_if<I>(&variant)) : void()), ...);
        }
        (std::make_index_sequence<alternatives<T>::size>());
    }
    template <class T>
    static void read(input_archive& archive, T& variant) {
        each_alternative<T>(archive, [&]<std::size_t I, class Value> {
            if constexpr (made_first<Value>)
                read_value(archive, variant.template emplace<I>());
            else
                variant.template emplace<I>(make_value<Value>(archive));
        });
    }
    // When the first alternative cannot be made by default: through a variant that can.
    template <class T>
    static T make(input_archive& archive) {
        std::unique_ptr<T> made;
        each_alternative<T>(archive, [&]<std::size_t I, class Value> {
            made = std::make_unique<T>(std::in_place_index<I>, make_value<Value>(archive));
        });
        return std::move(*made);
    }

private:
    template <class T, class F>
    static void each_alternative(input_archive& archive, F&& use) {
        const auto index = archive.read_number<std::uint32_t>();
        if (index >= alternatives<T>::size)
            fail("alternative " + std::to_string(index) + " of a variant with " +
                 std::to_string(alternatives<T>::size));
        [&]<class... Value, std::size_t... I>(types<Value...>, std::index_sequence<I...>) {
            ((index == I ? use.template operator()<I, Value>() : void()), ...);
        }(alternatives<T>(), std::make_index_sequence<alternatives<T>::size>());
    }
};

template <>
struct codec<kind::tuple> {
    template <class T>
    static constexpr bool makes = []<class... E>(types<E...>) {
        return !((made_first<E> && !std::is_const_v<E>)&&...);
    }(typename template_arguments<T>::type());

    template <class T>
    static void write(output_archive& archive, const T& tuple) {
        std::apply([&](const auto&... element) { (write_value(archive, element), ...); }, tuple);
    }
    template <class T>
    static void read(input_archive& archive, T& tuple) {
        std::apply([&](auto&... element) { (read_value(archive, element), ...); }, tuple);
    }
    template <class T>
    static T make(input_archive& archive) {
        return [&]<class... E>(types<E...>) {
            return T{make_value<std::remove_const_t<E>>(archive)...};  // braces keep the order
        }(typename template_arguments<T>::type());
    }
};

template <>
struct codec<kind::expected> {
    template <class T>
    static constexpr bool makes = true;
    template <class T>
    static void write(output_archive& archive, const T& expected) {
        archive.write_byte(expected.has_value() ? 1 : 0);
        if (!expected.has_value())
            write_value(archive, expected.error());
        else if constexpr (!std::is_void_v<typename T::value_type>)
            write_value(archive, *expected);
    }
    template <class T>
    static T make(input_archive& archive) {
        if (!archive.read_flag()) return make_error<T>(archive);
        if constexpr (std::is_void_v<typename T::value_type>)
            return T();
        else
            return T(make_value<typename T::value_type>(archive));
    }

private:
    template <class T>
    static T make_error(input_archive& archive) {
        using error = typename T::error_type;
        if constexpr (requires { typename T::unexpected_type; })
            return T(typename T::unexpected_type(make_value<error>(archive)));
        else
            return T(make_value<error>(archive));
    }
};

}  // namespace brood::detail
