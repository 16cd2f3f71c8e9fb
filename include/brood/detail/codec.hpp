// SPDX-License-Identifier: MIT
// How values of each kind are written and read: codec<kind> has
//   write(archive, value)      to bytes
//   read(archive, value)       into a value that exists
//   makes<T>, make<T>(archive) when values of T cannot be made first and read into then: members without default
//                              constructor, const members, load_and_construct
#pragma once

#include <brood/detail/archive.hpp>
#include <brood/detail/kind.hpp>

#include <memory>
#include <type_traits>
#include <utility>

namespace brood::detail {

template <kind K>
struct codec;

template <class T>
using codec_of = codec<kind_of<T>>;

template <class T>
concept has_making_codec = requires {
    codec_of<T>::template makes<T>;
};
template <class T>
constexpr bool find_needs_making() {
    if constexpr (has_making_codec<T>)
        return codec_of<T>::template makes<T>;
    else
        return false;
}
// Whether values of T are made from the archive in one step.
template <class T>
inline constexpr bool needs_making = find_needs_making<std::remove_cv_t<T>>();
// Whether a container can make an element first, to be read into then.
template <class T>
inline constexpr bool made_first = std::is_default_constructible_v<T> && !needs_making<T>;

template <class T>
void write_value(output_archive& archive, const T& value) {
    codec_of<T>::write(archive, value);
}

template <class T>
T make_value(input_archive& archive);

template <class T>
concept has_reading_codec = requires(input_archive& archive, T& value) {
    codec_of<T>::read(archive, value);
};

template <class T>
void read_value(input_archive& archive, T& value) {
    if constexpr (!needs_making<T> || (kind_of<T> == kind::user && user_way_of<T>.loads)) {
        codec_of<T>::read(archive, value);
    } else if constexpr (std::is_move_assignable_v<T>) {
        value = make_value<T>(archive);
    } else {
        T made = make_value<T>(archive);
        std::destroy_at(&value);
        std::construct_at(&value, std::move(made));
    }
}

template <class T>
T make_value(input_archive& archive) {
    if constexpr (needs_making<T>) {
        return codec_of<T>::template make<T>(archive);
    } else {
        static_assert(
            std::is_move_constructible_v<T>,
            "brood: a value that cannot be moved can only be sent behind a std::unique_ptr or std::shared_ptr");
        T value;
        codec_of<T>::read(archive, value);
        return value;
    }
}

}  // namespace brood::detail
