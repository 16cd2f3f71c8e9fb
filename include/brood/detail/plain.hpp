// SPDX-License-Identifier: MIT
// Plain data: types whose bytes are their value in every process of the program, so that arrays of them move as one
// block. Bools in them are checked after reading; enumerations without a fixed type are not plain, because a value
// outside of their range must not be made.
#pragma once

#include <brood/detail/codec.hpp>
#include <brood/detail/parts.hpp>

#include <limits>

namespace brood::detail {

template <class T>
concept fixed_enumeration = requires {
    T{0};
};

// x87 long doubles leave bytes unused.
template <class T>
inline constexpr bool has_padding = std::is_same_v<T, long double>&& std::numeric_limits<long double>::digits == 64;

template <class T>
constexpr bool find_plain();
template <class T>
inline constexpr bool is_plain = find_plain<T>();

template <class... P>
constexpr bool all_plain(part_list<P...>) {
    return ((!std::is_const_v<typename P::type> && is_plain<typename P::type>)&&...);
}

template <class T>
constexpr bool find_plain() {
    constexpr kind k = kind_of<T>;
    if constexpr (k == kind::number)
        return !has_padding<T>;
    else if constexpr (k == kind::boolean || k == kind::plain_bytes)
        return true;
    else if constexpr (k == kind::enumeration)
        return fixed_enumeration<T>;
    else if constexpr (k == kind::c_array || k == kind::array || k == kind::complex || k == kind::duration ||
                       k == kind::time_point || k == kind::aggregate) {
        if constexpr (std::is_trivially_copyable_v<T>)
            return all_plain(parts_of<T>());
        else
            return false;
    } else
        return false;
}

template <class T>
constexpr bool find_bools();
template <class T>
inline constexpr bool has_bools = find_bools<T>();
template <class... P>
constexpr bool any_bools(part_list<P...>) {
    return (has_bools<typename P::type> || ...);
}
// Whether some bytes of a plain type would not be a value.
template <class T>
constexpr bool find_bools() {
    if constexpr (kind_of<T> == kind::boolean)
        return true;
    else if constexpr (kind_of<T> == kind::enumeration)
        return std::is_same_v<std::underlying_type_t<T>, bool>;
    else
        return any_bools(parts_of<T>());
}

// Looks at the bytes of an object that was copied from a message, without using it.
template <class T>
bool bools_are_right(const T& value) {
    if constexpr (!has_bools<T>)
        return true;
    else if constexpr (kind_of<T> == kind::boolean || kind_of<T> == kind::enumeration)
        return *reinterpret_cast<const unsigned char*>(&value) <= 1;
    else if constexpr (kind_of<T> == kind::aggregate)
        return with_fields(value, [](const auto&... field) { return (bools_are_right(field) && ...); });
    else {
        for (const auto& element : value)
            if (!bools_are_right(element)) return false;
        return true;
    }
}

// Elements of a container that move as one block.
template <class T>
inline constexpr bool moves_as_block = is_plain<T>&& std::is_default_constructible_v<T>;

template <class T>
void check_bools(const T* elements, std::size_t count) {
    if constexpr (has_bools<T>)
        for (std::size_t i = 0; i < count; ++i)
            if (!bools_are_right(elements[i])) fail("a bool that is neither 0 nor 1");
}

}  // namespace brood::detail
