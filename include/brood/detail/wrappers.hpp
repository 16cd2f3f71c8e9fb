// SPDX-License-Identifier: MIT
// What user code hands to an archive: values, and cereal's wrappers around them (names, sizes, raw bytes, base classes,
// things put off).
#pragma once

#include <brood/detail/codec_classes.hpp>
#include <brood/detail/verdict.hpp>

#include <memory>
#include <type_traits>

namespace cereal {
template <class Base>
struct base_class;
template <class Base>
struct virtual_base_class;
}  // namespace cereal

namespace brood::detail {

// A class that exists already may lack a default constructor: it is only read into.
template <class T>
inline constexpr bool can_cross_in_place = kind_of<T> == kind::user || can_cross<T>;

template <class T>
constexpr void require_part() {
    if constexpr (!can_cross_in_place<T>) require_serializable<T>();
}

// ---- writing ------------------------------------------------------------------------------------

template <class T>
void hand_over(output_archive& archive, const T& value) {
    require_part<T>();
    if constexpr (can_cross_in_place<T>) {
        const bool lasted = archive.exchange_lasts(archive.is_within_object(std::addressof(value)));
        write_value(archive, value);
        archive.exchange_lasts(lasted);
    }
}
template <class T>
void hand_over(output_archive& archive, const cereal::NameValuePair<T>& named) {
    if (frame* const here = archive.innermost()) here->labelled(named.name);
    hand_over(archive, named.value);
    if (frame* const here = archive.innermost()) here->labelled(nullptr);
}
template <class T>
void hand_over(output_archive& archive, const cereal::SizeTag<T>& tag) {
    archive.write_size(static_cast<std::uint64_t>(tag.size));
}
template <class T>
void hand_over(output_archive& archive, const cereal::BinaryData<T>& data) {
    archive.write(data.data, static_cast<std::size_t>(data.size));
}
template <class T>
void hand_over(output_archive& archive, const cereal::DeferredData<T>& data) {
    archive.defer([&archive, data] { hand_over(archive, data.value); });
}
template <class Base>
void hand_over(output_archive& archive, const cereal::base_class<Base>& base) {
    write_base(archive, *base.base_ptr);
}
template <class Base>
void hand_over(output_archive& archive, const cereal::virtual_base_class<Base>& base) {
    if (archive.first_visit(base.base_ptr, typeid(Base))) write_base(archive, *base.base_ptr);
}
template <class Base>
void write_base(output_archive& archive, const Base& base) {
    if constexpr (kind_of<Base> == kind::user)
        codec<kind::user>::write_as_part(archive, base);
    else
        hand_over(archive, base);
}

// ---- reading ------------------------------------------------------------------------------------

template <class T>
void hand_over(input_archive& archive, T& value) {
    require_part<T>();
    if constexpr (can_cross_in_place<T>) read_value(archive, value);
}
template <class T>
void hand_over(input_archive& archive, cereal::NameValuePair<T>& named) {
    if (frame* const here = archive.innermost()) here->labelled(named.name);
    hand_over(archive, named.value);
    if (frame* const here = archive.innermost()) here->labelled(nullptr);
}
template <class T>
void hand_over(input_archive& archive, cereal::SizeTag<T>& tag) {
    tag.size = static_cast<std::remove_reference_t<T>>(archive.read_size());
}
template <class T>
void hand_over(input_archive& archive, cereal::BinaryData<T>& data) {
    archive.read(data.data, static_cast<std::size_t>(data.size));
}
template <class T>
void hand_over(input_archive& archive, cereal::DeferredData<T>& data) {
    archive.defer([&archive, data]() mutable { hand_over(archive, data.value); });
}
template <class Base>
void hand_over(input_archive& archive, cereal::base_class<Base>& base) {
    read_base(archive, *base.base_ptr);
}
template <class Base>
void hand_over(input_archive& archive, cereal::virtual_base_class<Base>& base) {
    if (archive.first_visit(base.base_ptr, typeid(Base))) read_base(archive, *base.base_ptr);
}
template <class Base>
void read_base(input_archive& archive, Base& base) {
    if constexpr (kind_of<Base> == kind::user)
        codec<kind::user>::read_as_part(archive, base);
    else
        hand_over(archive, base);
}

}  // namespace brood::detail

namespace brood {

template <class... T>
output_archive& output_archive::operator()(T&&... values) {
    (detail::hand_over(*this, values), ...);
    return *this;
}
template <class... T>
input_archive& input_archive::operator()(T&&... values) {
    (detail::hand_over(*this, values), ...);
    return *this;
}

}  // namespace brood
