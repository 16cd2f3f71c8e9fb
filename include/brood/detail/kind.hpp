// SPDX-License-Identifier: MIT
// What sort of type a type is, for serialization: the one place that decides. The walk that refuses by name, and the
// code that writes and reads, follow it.
#pragma once

#include <brood/detail/advice.hpp>
#include <brood/detail/fields.hpp>
#include <brood/detail/type_name.hpp>
#include <brood/detail/user_code.hpp>

#include <cstddef>
#include <exception>
#include <system_error>
#include <type_traits>

namespace brood::detail {

enum class kind : std::uint8_t {
    refused,
    number,  // arithmetic but not bool
    boolean,
    enumeration,
    nothing,          // the type says all: empty classes, lambdas without captures, nullptr_t
    plain_bytes,      // std::chrono's calendar types
    function,         // a pointer to one
    member_function,  // a pointer to one
    c_array,
    array,
    string,
    bits_vector,  // std::vector<bool>
    sequence,     // vector, deque, list
    forward_list,
    set,      // and multiset, unordered
    map,      // and multimap, unordered
    adaptor,  // stack, queue, priority_queue
    valarray,
    optional,
    variant,
    tuple,  // and pair
    expected,
    unique,
    shared,
    weak,
    complex,
    bitset,
    duration,
    time_point,
    path,
    atomic,
    error_code,
    exception,
    user,  // has serialize or the like
    aggregate,
};

struct classified {
    brood::detail::kind kind = kind::refused;
    advice why = advice::none;
};
constexpr classified refuse(advice why) { return {kind::refused, why}; }

// ---- standard types, by name --------------------------------------------------------------------

constexpr kind kind_of_std(std::uint64_t name) {
    switch (name) {
        case hash_of("basic_string"):
        case hash_of("string"):
        case hash_of("wstring"):
        case hash_of("u8string"):
        case hash_of("u16string"):
        case hash_of("u32string"): return kind::string;
        case hash_of("vector"):
        case hash_of("deque"):
        case hash_of("list"): return kind::sequence;
        case hash_of("forward_list"): return kind::forward_list;
        case hash_of("array"): return kind::array;
        case hash_of("set"):
        case hash_of("multiset"):
        case hash_of("unordered_set"):
        case hash_of("unordered_multiset"): return kind::set;
        case hash_of("map"):
        case hash_of("multimap"):
        case hash_of("unordered_map"):
        case hash_of("unordered_multimap"): return kind::map;
        case hash_of("stack"):
        case hash_of("queue"):
        case hash_of("priority_queue"): return kind::adaptor;
        case hash_of("valarray"): return kind::valarray;
        case hash_of("optional"): return kind::optional;
        case hash_of("variant"): return kind::variant;
        case hash_of("tuple"):
        case hash_of("pair"): return kind::tuple;
        case hash_of("expected"): return kind::expected;
        case hash_of("unique_ptr"): return kind::unique;
        case hash_of("shared_ptr"): return kind::shared;
        case hash_of("weak_ptr"): return kind::weak;
        case hash_of("complex"): return kind::complex;
        case hash_of("bitset"): return kind::bitset;
        case hash_of("chrono::duration"): return kind::duration;
        case hash_of("chrono::time_point"): return kind::time_point;
        case hash_of("filesystem::path"): return kind::path;
        case hash_of("atomic"): return kind::atomic;
        default: return kind::refused;
    }
}

constexpr advice advice_for_std(std::uint64_t name) {
    switch (name) {
        case hash_of("basic_ofstream"):
        case hash_of("basic_ifstream"):
        case hash_of("basic_fstream"):
        case hash_of("basic_filebuf"):
        case hash_of("basic_ostream"):
        case hash_of("basic_istream"):
        case hash_of("basic_iostream"):
        case hash_of("basic_streambuf"):
        case hash_of("basic_stringstream"):
        case hash_of("basic_ostringstream"):
        case hash_of("basic_istringstream"):
        case hash_of("ofstream"):
        case hash_of("ifstream"):
        case hash_of("fstream"): return advice::stream;
        case hash_of("thread"):
        case hash_of("jthread"): return advice::thread;
        case hash_of("mutex"):
        case hash_of("timed_mutex"):
        case hash_of("recursive_mutex"):
        case hash_of("recursive_timed_mutex"):
        case hash_of("shared_mutex"):
        case hash_of("shared_timed_mutex"):
        case hash_of("condition_variable"):
        case hash_of("_V2::condition_variable_any"):
        case hash_of("condition_variable_any"):
        case hash_of("unique_lock"):
        case hash_of("shared_lock"):
        case hash_of("lock_guard"):
        case hash_of("scoped_lock"):
        case hash_of("once_flag"):
        case hash_of("counting_semaphore"):
        case hash_of("barrier"):
        case hash_of("latch"):
        case hash_of("atomic_flag"): return advice::lock;
        case hash_of("future"):
        case hash_of("shared_future"):
        case hash_of("promise"):
        case hash_of("packaged_task"):
        case hash_of("stop_token"):
        case hash_of("stop_source"): return advice::promise;
        case hash_of("function"):
        case hash_of("move_only_function"):
        case hash_of("_Bind"):
        case hash_of("_Bind_front"): return advice::function_object;
        case hash_of("reference_wrapper"): return advice::reference_wrapper;
        case hash_of("any"): return advice::any;
        case hash_of("basic_string_view"):
        case hash_of("string_view"): return advice::string_view;
        case hash_of("span"): return advice::span;
        case hash_of("initializer_list"): return advice::initializer_list;
        case hash_of("coroutine_handle"): return advice::coroutine;
        default: return advice::none;
    }
}

// ---- shapes -------------------------------------------------------------------------------------

// A value or an error, as std::expected is.
template <class T>
concept expected_like = requires(const T& t) {
    typename T::value_type;
    typename T::error_type;
    t.has_value();
    t.error();
};

template <class T>
concept iterator_like = requires {
    typename T::iterator_category;
};

template <class T>
inline constexpr bool made_of_nothing = std::is_empty_v<T> &&
                                        (std::is_default_constructible_v<T> || std::is_trivially_copyable_v<T>);

// ---- the decision -------------------------------------------------------------------------------

template <class T>
constexpr classified classify_pointer() {
    using pointee = std::remove_cv_t<std::remove_pointer_t<T>>;
    if constexpr (std::is_function_v<pointee>)
        return {kind::function};
    else if constexpr (std::is_void_v<pointee>)
        return refuse(advice::void_pointer);
    else if constexpr (std::is_same_v<pointee, char> || std::is_same_v<pointee, wchar_t> ||
                       std::is_same_v<pointee, char8_t> || std::is_same_v<pointee, char16_t> ||
                       std::is_same_v<pointee, char32_t>)
        return refuse(advice::text_pointer);
    else {
        constexpr auto name = type_name<pointee>;
        return refuse(name == "_IO_FILE" || name == "_iobuf" || name == "__sFILE" ? advice::stream : advice::pointer);
    }
}

template <class T>
constexpr advice refusal_of_class() {
    constexpr advice known = advice_for_std(std_template<T>);
    if constexpr (known != advice::none)
        return known;
    else if constexpr (std::is_union_v<T>)
        return advice::union_type;
    else if constexpr (type_name<T>.find("lambda") != std::string_view::npos)
        return advice::capture;
    else if constexpr (iterator_like<T>)
        return advice::iterator;
    else if constexpr (user_code::member_save_not_const<output_archive, T>)
        return advice::save_not_const;
    else if constexpr (std_template<T> != 0)
        return advice::standard;
    else
        return advice::no_code;
}

template <class T>
constexpr classified classify_user() {
    constexpr user_way way = user_way_of<T>;
    if constexpr (way.form == way::several)
        return refuse(advice::two_ways);
    else if constexpr (!way.loads && !has_load_and_construct<T>)
        return refuse(advice::half);
    else
        return {kind::user};
}

template <class T>
constexpr classified classify_aggregate() {
    if constexpr (has_base_with_data<T>)
        return refuse(advice::base_class);
    else if constexpr (field_count<T> != cannot_count)
        return {kind::aggregate};
    else if constexpr (has_reference_member<T>)
        return refuse(advice::reference);
    else
        return refuse(advice::too_many_members);
}

// What keeps a standard type from crossing although its template is known.
template <class T>
concept points_to_array = requires(T& p) {
    p[0];
};
template <class T>
inline constexpr bool is_default_deleter = std_template<T> == hash_of("default_delete");
template <class T>
constexpr bool has_own_deleter() {
    if constexpr (requires { typename T::deleter_type; }) return !is_default_deleter<typename T::deleter_type>;
    return false;
}
// Its comparator, hash or equality of keys holds something.
template <class T>
constexpr bool has_stateful_order() {
    bool stateful = false;
    if constexpr (requires { typename T::key_compare; }) stateful |= !std::is_empty_v<typename T::key_compare>;
    if constexpr (requires { typename T::hasher; })
        stateful |= !std::is_empty_v<typename T::hasher> || !std::is_empty_v<typename T::key_equal>;
    // std::priority_queue
    if constexpr (requires {
                      typename T::container_type;
                      typename T::value_compare;
                  })
        stateful |= !std::is_empty_v<typename T::value_compare>;
    return stateful;
}

template <class T, kind Kind>
constexpr classified classify_std() {
    if constexpr (Kind == kind::unique || Kind == kind::shared || Kind == kind::weak) {
        if constexpr (points_to_array<T>)
            return refuse(advice::array_pointer);
        else if constexpr (has_own_deleter<T>())
            return refuse(advice::deleter);
        else
            return {Kind};
    } else if constexpr (Kind == kind::set || Kind == kind::map || Kind == kind::adaptor) {
        return has_stateful_order<T>() ? refuse(advice::comparator) : classified{Kind};
    } else {
        return {Kind};
    }
}

template <class T>
constexpr classified classify_class() {
    constexpr kind by_name = kind_of_std(std_template<T>);
    if constexpr (std::is_same_v<T, std::error_code>)
        return {kind::error_code};
    else if constexpr (std::is_same_v<T, std::exception_ptr>)
        return {kind::exception};
    else if constexpr (by_name == kind::sequence && type_name<T>.ends_with("vector<bool>"))
        return {kind::bits_vector};
    else if constexpr (by_name != kind::refused)
        return classify_std<T, by_name>();
    else if constexpr (user_way_of<T>.form != way::none)
        return classify_user<T>();
    else if constexpr (std::is_union_v<T> || advice_for_std(std_template<T>) != advice::none)
        return refuse(refusal_of_class<T>());
    else if constexpr (expected_like<T>)
        return {kind::expected};
    else if constexpr (made_of_nothing<T>)
        return {kind::nothing};
    else if constexpr (type_name<T>.starts_with("std::chrono::") && std::is_trivially_copyable_v<T>)
        return {kind::plain_bytes};
    else if constexpr (std::is_aggregate_v<T>)
        return classify_aggregate<T>();
    else
        return refuse(refusal_of_class<T>());
}

template <class T>
constexpr classified classify() {
    if constexpr (std::is_same_v<T, bool>)
        return {kind::boolean};
    else if constexpr (std::is_arithmetic_v<T>)
        return {kind::number};
    else if constexpr (std::is_enum_v<T>)
        return {kind::enumeration};
    else if constexpr (std::is_null_pointer_v<T>)
        return {kind::nothing};
    else if constexpr (std::is_reference_v<T>)
        return refuse(advice::reference);
    else if constexpr (std::is_pointer_v<T>)
        return classify_pointer<T>();
    else if constexpr (std::is_member_function_pointer_v<T>)
        return {kind::member_function};
    else if constexpr (std::is_member_object_pointer_v<T>)
        return refuse(advice::member_object_pointer);
    else if constexpr (std::is_bounded_array_v<T>)
        return {kind::c_array};
    else if constexpr (std::is_unbounded_array_v<T>)
        return refuse(advice::unbounded);
    else if constexpr (std::is_function_v<T>)
        return refuse(advice::function_type);
    else if constexpr (std::is_void_v<T>)
        return refuse(advice::void_pointer);
    else
        return classify_class<T>();
}

// T without const and volatile.
template <class T>
inline constexpr classified classification = classify<T>();
template <class T>
inline constexpr kind kind_of = classification<std::remove_cv_t<T>>.kind;

}  // namespace brood::detail
