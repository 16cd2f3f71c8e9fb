// SPDX-License-Identifier: MIT
// What a class says of itself in cereal's way: serialize, save and load, save_minimal and load_minimal, as members or
// free functions, with a version or without; load_and_construct. Only cereal's light headers are needed to look.
#pragma once

#ifndef CEREAL_THREAD_SAFE
#define CEREAL_THREAD_SAFE 1
#endif
#include <cereal/access.hpp>

#include <cstdint>
#include <type_traits>
#include <utility>

namespace brood {
class output_archive;
class input_archive;
}  // namespace brood

// The forms, by argument-dependent lookup and nothing else: no function of these names may be declared in this
// namespace or one around it.
namespace brood::user_code {

using version = const std::uint32_t;

template <class A, class T>
concept member_serialize = requires(A& a, T& t) {
    cereal::access::member_serialize(a, t);
};
template <class A, class T>
concept member_serialize_versioned = requires(A& a, T& t, version v) {
    cereal::access::member_serialize(a, t, v);
};
template <class A, class T>
concept free_serialize = requires(A& a, T& t) {
    CEREAL_SERIALIZE_FUNCTION_NAME(a, t);
};
template <class A, class T>
concept free_serialize_versioned = requires(A& a, T& t, version v) {
    CEREAL_SERIALIZE_FUNCTION_NAME(a, t, v);
};

template <class A, class T>
concept member_save = requires(A& a, const T& t) {
    cereal::access::member_save(a, t);
};
template <class A, class T>
concept member_save_versioned = requires(A& a, const T& t, version v) {
    cereal::access::member_save(a, t, v);
};
template <class A, class T>
concept member_save_not_const = requires(A& a, T& t) {
    cereal::access::member_save_non_const(a, t);
};
template <class A, class T>
concept free_save = requires(A& a, const T& t) {
    CEREAL_SAVE_FUNCTION_NAME(a, t);
};
template <class A, class T>
concept free_save_versioned = requires(A& a, const T& t, version v) {
    CEREAL_SAVE_FUNCTION_NAME(a, t, v);
};

template <class A, class T>
concept member_load = requires(A& a, T& t) {
    cereal::access::member_load(a, t);
};
template <class A, class T>
concept member_load_versioned = requires(A& a, T& t, version v) {
    cereal::access::member_load(a, t, v);
};
template <class A, class T>
concept free_load = requires(A& a, T& t) {
    CEREAL_LOAD_FUNCTION_NAME(a, t);
};
template <class A, class T>
concept free_load_versioned = requires(A& a, T& t, version v) {
    CEREAL_LOAD_FUNCTION_NAME(a, t, v);
};

template <class A, class T>
concept member_minimal = requires(const A& a, const T& t) {
    cereal::access::member_save_minimal(a, t);
};
template <class A, class T>
concept member_minimal_versioned = requires(const A& a, const T& t, version v) {
    cereal::access::member_save_minimal(a, t, v);
};
template <class A, class T>
concept free_minimal = requires(const A& a, const T& t) {
    CEREAL_SAVE_MINIMAL_FUNCTION_NAME(a, t);
};
template <class A, class T>
concept free_minimal_versioned = requires(const A& a, const T& t, version v) {
    CEREAL_SAVE_MINIMAL_FUNCTION_NAME(a, t, v);
};

template <class A, class T>
concept constructs_itself = std::is_void_v<decltype(cereal::access::load_and_construct<T>(
    std::declval<A&>(), std::declval<cereal::construct<T>&>()))>;
template <class A, class T>
concept constructs_itself_versioned = std::is_void_v<decltype(cereal::access::load_and_construct<T>(
    std::declval<A&>(), std::declval<cereal::construct<T>&>(), std::declval<version>()))>;
template <class A, class T>
concept is_constructed = requires(A& a, cereal::construct<T>& c) {
    cereal::LoadAndConstruct<T>::load_and_construct(a, c);
};
template <class A, class T>
concept is_constructed_versioned = requires(A& a, cereal::construct<T>& c, version v) {
    cereal::LoadAndConstruct<T>::load_and_construct(a, c, v);
};

// The calls, for the same reason in here.
template <class A, class T>
void call_free_serialize(A& a, T& t) {
    CEREAL_SERIALIZE_FUNCTION_NAME(a, t);
}
template <class A, class T>
void call_free_serialize(A& a, T& t, version v) {
    CEREAL_SERIALIZE_FUNCTION_NAME(a, t, v);
}
template <class A, class T>
void call_free_save(A& a, const T& t) {
    CEREAL_SAVE_FUNCTION_NAME(a, t);
}
template <class A, class T>
void call_free_save(A& a, const T& t, version v) {
    CEREAL_SAVE_FUNCTION_NAME(a, t, v);
}
template <class A, class T>
void call_free_load(A& a, T& t) {
    CEREAL_LOAD_FUNCTION_NAME(a, t);
}
template <class A, class T>
void call_free_load(A& a, T& t, version v) {
    CEREAL_LOAD_FUNCTION_NAME(a, t, v);
}
template <class A, class T>
auto call_free_save_minimal(const A& a, const T& t) {
    return CEREAL_SAVE_MINIMAL_FUNCTION_NAME(a, t);
}
template <class A, class T>
auto call_free_save_minimal(const A& a, const T& t, version v) {
    return CEREAL_SAVE_MINIMAL_FUNCTION_NAME(a, t, v);
}
template <class A, class T, class M>
void call_free_load_minimal(const A& a, T& t, const M& minimal) {
    CEREAL_LOAD_MINIMAL_FUNCTION_NAME(a, t, minimal);
}
template <class A, class T, class M>
void call_free_load_minimal(const A& a, T& t, const M& minimal, version v) {
    CEREAL_LOAD_MINIMAL_FUNCTION_NAME(a, t, minimal, v);
}

}  // namespace brood::user_code

namespace brood::detail {

// The form that a class uses.
enum class way : std::uint8_t { none, serialize, split, minimal, several };

struct user_way {
    way form = way::none;
    bool member = false;
    bool versioned = false;
    bool loads = false;  // the input side is there as well
    constexpr bool saves() const { return form != way::none && form != way::several; }
};

template <class T, cereal::specialization S>
inline constexpr bool chosen = !std::is_base_of_v<std::false_type, cereal::specialize<output_archive, T, S>>;

template <class T>
constexpr user_way chosen_way() {
    using enum cereal::specialization;
    if (chosen<T, member_serialize>) return {way::serialize, true};
    if (chosen<T, member_load_save>) return {way::split, true};
    if (chosen<T, member_load_save_minimal>) return {way::minimal, true};
    if (chosen<T, non_member_serialize>) return {way::serialize, false};
    if (chosen<T, non_member_load_save>) return {way::split, false};
    if (chosen<T, non_member_load_save_minimal>) return {way::minimal, false};
    return {way::several};
}

// All forms found on the side that saves; with several, cereal::specialize decides.
template <class T>
constexpr user_way find_saving_way() {
    using A = output_archive;
    namespace code = brood::user_code;
    int found = 0;
    user_way result;
    const auto note = [&](bool there, user_way what) {
        if (!there) return;
        ++found;
        result = what;
    };
    note(code::member_serialize<A, T>, {way::serialize, true, false});
    note(code::member_serialize_versioned<A, T>, {way::serialize, true, true});
    note(code::free_serialize<A, T>, {way::serialize, false, false});
    note(code::free_serialize_versioned<A, T>, {way::serialize, false, true});
    note(code::member_save<A, T>, {way::split, true, false});
    note(code::member_save_versioned<A, T>, {way::split, true, true});
    note(code::free_save<A, T>, {way::split, false, false});
    note(code::free_save_versioned<A, T>, {way::split, false, true});
    note(code::member_minimal<A, T>, {way::minimal, true, false});
    note(code::member_minimal_versioned<A, T>, {way::minimal, true, true});
    note(code::free_minimal<A, T>, {way::minimal, false, false});
    note(code::free_minimal_versioned<A, T>, {way::minimal, false, true});
    return found > 1 ? chosen_way<T>() : result;
}

// Whether a chosen form is the one with a version.
template <class T, way Form, bool Member>
constexpr bool has_version() {
    using A = output_archive;
    namespace code = brood::user_code;
    if constexpr (Form == way::serialize)
        return Member ? code::member_serialize_versioned<A, T> : code::free_serialize_versioned<A, T>;
    else if constexpr (Form == way::split)
        return Member ? code::member_save_versioned<A, T> : code::free_save_versioned<A, T>;
    else
        return Member ? code::member_minimal_versioned<A, T> : code::free_minimal_versioned<A, T>;
}

template <class T, way Form, bool Member, bool Versioned>
constexpr bool has_loading_way() {
    using A = input_archive;
    namespace code = brood::user_code;
    if constexpr (Form == way::serialize && Member)
        return Versioned ? code::member_serialize_versioned<A, T> : code::member_serialize<A, T>;
    else if constexpr (Form == way::serialize)
        return Versioned ? code::free_serialize_versioned<A, T> : code::free_serialize<A, T>;
    else if constexpr (Form == way::split && Member)
        return Versioned ? code::member_load_versioned<A, T> : code::member_load<A, T>;
    else if constexpr (Form == way::split)
        return Versioned ? code::free_load_versioned<A, T> : code::free_load<A, T>;
    else
        return true;  // load_minimal: the call itself tells
}

template <class T>
constexpr user_way find_user_way() {
    constexpr user_way saving = find_saving_way<T>();
    if constexpr (!saving.saves())
        return saving;
    else {
        constexpr bool versioned = has_version<T, saving.form, saving.member>();
        return {saving.form, saving.member, versioned, has_loading_way<T, saving.form, saving.member, versioned>()};
    }
}

template <class T>
inline constexpr user_way user_way_of = find_user_way<T>();

template <class T>
inline constexpr bool has_load_and_construct =
    brood::user_code::constructs_itself<input_archive, T> ||
    brood::user_code::constructs_itself_versioned<input_archive, T> ||
    brood::user_code::is_constructed<input_archive, T> || brood::user_code::is_constructed_versioned<input_archive, T>;

template <class T>
constexpr bool loads_in_public() {
    using A = input_archive;
    constexpr bool serializes = requires(T & t, A & a) { t.CEREAL_SERIALIZE_FUNCTION_NAME(a); };
    constexpr bool serializes_versioned = requires(T & t, A & a) { t.CEREAL_SERIALIZE_FUNCTION_NAME(a, 0U); };
    constexpr bool loads = requires(T & t, A & a) { t.CEREAL_LOAD_FUNCTION_NAME(a); };
    constexpr bool loads_versioned = requires(T & t, A & a) { t.CEREAL_LOAD_FUNCTION_NAME(a, 0U); };
    return serializes || serializes_versioned || loads || loads_versioned;
}
// Its serialize (or load) is private and cereal::access its friend: then the default constructor may be private too.
template <class T>
inline constexpr bool loads_in_private = user_way_of<T>.member && !loads_in_public<T>();

// Whether one can be made, from nothing or from the archive.
template <class T>
inline constexpr bool can_be_made = std::is_default_constructible_v<T> || has_load_and_construct<T> ||
                                    (loads_in_private<T> && !std::is_abstract_v<T>);

}  // namespace brood::detail
