// SPDX-License-Identifier: MIT
// Which types can lie in memory that processes share, each at an address of its own, and what stops the others.
#pragma once

#include <brood/detail/verdict.hpp>

#include <cstdint>
#include <string_view>
#include <type_traits>

#define BROOD_SHARED_ADVICE(X)                                                                                         \
    X(address,                                                                                                         \
      "an address means nothing in another process: use a value, an index or the containers of "                       \
      "<brood/containers.hpp>")                                                                                        \
    X(lock,                                                                                                            \
      "a lock of threads does not work between processes: shared_value has a lock of its own, shared_array gives one " \
      "by mutex()")                                                                                                    \
    X(owner,                                                                                                           \
      "it is not trivially copyable, so its bytes are not its value: use plain members and std::array, or the "        \
      "containers of <brood/containers.hpp>")                                                                          \
    X(qualified, "what processes share can be changed: leave const and volatile out")                                  \
    X(alignment, "it wants an alignment of more than 64 bytes")

namespace brood::detail {

#define BROOD_ADVICE_NAME(NAME, TEXT) NAME,
enum class shared_advice : std::uint8_t { none, BROOD_SHARED_ADVICE(BROOD_ADVICE_NAME) };
#undef BROOD_ADVICE_NAME

constexpr std::string_view advice_text(shared_advice why) {
    switch (why) {
        case shared_advice::none: return {};
#define BROOD_ADVICE_TEXT(NAME, TEXT) \
    case shared_advice::NAME: return TEXT;
            BROOD_SHARED_ADVICE(BROOD_ADVICE_TEXT)
#undef BROOD_ADVICE_TEXT
    }
    return {};
}

inline constexpr std::size_t shared_alignment = 64;

// The object in shared memory that owns what an allocator gives out; 0: this process's own memory is used.
struct storage_owner {
    std::uint64_t block = 0;
};

// A container (or class) whose memory comes from brood::allocator.
template <class T>
concept uses_shared_storage = requires {
    typename T::allocator_type;
    requires std::is_constructible_v<typename T::allocator_type, storage_owner>;
};

template <class T>
constexpr shared_advice shared_advice_for_refused() {
    switch (classification<T>.why) {
        case advice::reference:
        case advice::reference_wrapper:
        case advice::pointer:
        case advice::text_pointer:
        case advice::void_pointer:
        case advice::array_pointer:
        case advice::deleter:
        case advice::iterator:
        case advice::string_view:
        case advice::span:
        case advice::initializer_list:
        case advice::coroutine: return shared_advice::address;
        case advice::lock:
        case advice::thread: return shared_advice::lock;
        default: return shared_advice::none;
    }
}

// What speaks against T itself. Classes that cannot be looked into are believed.
template <class T>
constexpr shared_advice shared_advice_for() {
    constexpr kind k = kind_of<T>;
    if constexpr (k == kind::function || k == kind::member_function || k == kind::unique || k == kind::shared ||
                  k == kind::weak)
        return shared_advice::address;
    else if constexpr (k == kind::refused && shared_advice_for_refused<T>() != shared_advice::none)
        return shared_advice_for_refused<T>();
    else if constexpr (!std::is_trivially_copyable_v<T>)
        return shared_advice::owner;
    else
        return shared_advice::none;
}

// Parts that lie within the object.
constexpr bool has_parts_within(kind k) {
    return k == kind::c_array || k == kind::array || k == kind::complex || k == kind::duration ||
           k == kind::time_point || k == kind::aggregate || k == kind::optional || k == kind::variant ||
           k == kind::expected || k == kind::atomic;
}

template <class T>
constexpr auto stored_parts() {
    if constexpr (requires {
                      typename T::key_type;
                      typename T::mapped_type;
                  })
        return part_list<part<typename T::key_type, "[].key">, part<typename T::mapped_type, "[].value">>();
    else if constexpr (requires { typename T::value_type; })
        return part_list<part<typename T::value_type, "[]">>();
    else
        return part_list<>();
}
template <class T>
constexpr auto parts_in_shared_memory() {
    if constexpr (uses_shared_storage<T>)
        return stored_parts<T>();
    else if constexpr (has_parts_within(kind_of<T>))
        return parts_of<T>();
    else
        return part_list<>();
}

template <class T, class... Above>
constexpr auto find_unshareable();

template <class... Above>
constexpr fine first_unshareable(part_list<>) {
    return {};
}
template <class... Above, class First, class... Rest>
constexpr auto first_unshareable(part_list<First, Rest...>) {
    constexpr auto found = find_unshareable<std::remove_cv_t<typename First::type>, Above...>();
    if constexpr (std::is_same_v<decltype(found), const fine>)
        return first_unshareable<Above...>(part_list<Rest...>());
    else
        return under<to_text<First::label.size()>(First::label)>(found);
}

// `Above`: the types that T is a part of.
template <class T, class... Above>
constexpr auto find_unshareable() {
    if constexpr ((std::is_same_v<T, Above> || ...)) {
        return fine();
    } else {
        using parts = decltype(parts_in_shared_memory<T>());
        constexpr auto found = first_unshareable<T, Above...>(parts());
        if constexpr (!std::is_same_v<decltype(found), const fine>)
            return found;
        else if constexpr (uses_shared_storage<T>)
            return fine();
        else if constexpr (shared_advice_for<T>() != shared_advice::none)
            return culprit<T, shared_advice_for<T>()>();
        else if constexpr (alignof(T) > shared_alignment)
            return culprit<T, shared_advice::alignment>();
        else
            return fine();
    }
}
template <class T>
constexpr auto unshareable_part() {
    if constexpr (!std::is_same_v<T, std::remove_cv_t<T>>)
        return culprit<T, shared_advice::qualified>();
    else
        return find_unshareable<T>();
}
template <class T>
inline constexpr bool can_be_in_shared_memory = std::is_same_v<decltype(unshareable_part<T>()), fine>;

template <class T>
constexpr auto make_shared_explanation() {
    text<explain<T>(unshareable_part<T>(), nullptr) + 1> message;
    explain<T>(unshareable_part<T>(), message.characters);
    return message;
}

// ---- the compiler's message ---------------------------------------------------------------------

template <class Whole>
inline constexpr bool can_be_shared = false;
template <class Whole, shared_advice Why>
struct shared_refusal {};
#define BROOD_SHARED_REFUSAL(NAME, TEXT)                                                                     \
    template <class Whole>                                                                                   \
    struct shared_refusal<Whole, shared_advice::NAME> {                                                      \
        static_assert(can_be_shared<Whole>, "brood: this cannot lie in memory that processes share: " TEXT); \
    };
BROOD_SHARED_ADVICE(BROOD_SHARED_REFUSAL)
#undef BROOD_SHARED_REFUSAL

// clang cuts long texts among template arguments short: there the steps and the type stand on their own.
#if defined(__clang__)
template <class Whole, class Path, class Culprit>
struct cannot_be_in_shared_memory;
template <class Whole, class C, shared_advice Why, text... Steps>
constexpr void refuse_to_share(culprit<C, Why, Steps...>) {
    (void)sizeof(cannot_be_in_shared_memory<Whole, member_path<at<Steps>...>, culprit<C, Why>>);
}
template <class Whole, class Path, class C, shared_advice Why>
struct cannot_be_in_shared_memory<Whole, Path, culprit<C, Why>> : shared_refusal<Whole, Why> {};
#else
template <text Explanation, class Whole, shared_advice Why>
struct cannot_be_in_shared_memory : shared_refusal<Whole, Why> {};
template <class Whole, class C, shared_advice Why, text... Steps>
constexpr void refuse_to_share(culprit<C, Why, Steps...>) {
    (void)sizeof(cannot_be_in_shared_memory<make_shared_explanation<Whole>(), Whole, Why>);
}
#endif

// A type that cannot stops the compilation here, by name.
template <class T>
constexpr void require_shareable() {
    if constexpr (!can_be_in_shared_memory<T>) refuse_to_share<T>(unshareable_part<T>());
}

}  // namespace brood::detail
