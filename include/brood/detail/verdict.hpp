// SPDX-License-Identifier: MIT
// The compile-time walk: can a type cross to another process, and if not, which part of it stops it and why. For good
// types only types are looked at; text is put together when there is something to say.
#pragma once

#include <brood/detail/parts.hpp>

#include <cstddef>
#include <string_view>
#include <type_traits>

namespace brood::detail {

struct fine {};
// Culprit stops it, for the reason Why, which has an advice_text; Steps lead from the whole to it.
template <class Culprit, auto Why, text... Steps>
struct culprit {};

template <class T, class... Above>
constexpr auto find_culprit();

template <text Step, class C, auto Why, text... Steps>
constexpr auto under(culprit<C, Why, Steps...>) {
    return culprit<C, Why, Step, Steps...>();
}

template <std::size_t N>
constexpr text<N + 1> to_text(std::string_view from) {
    return text<N + 1>(from);
}

constexpr bool has_no_parts(kind k) {
    return k < kind::c_array || k == kind::string || k == kind::bits_vector || k == kind::bitset || k == kind::path ||
           k == kind::error_code || k == kind::exception || k == kind::user;
}

// Abstract classes are sent as what derives from them, found when running.
template <class Whole, class T>
inline constexpr bool is_abstract_pointee = (kind_of<Whole> == kind::unique || kind_of<Whole> == kind::shared ||
                                             kind_of<Whole> == kind::weak) &&
                                            std::is_abstract_v<T>;

template <class Whole, class... Above>
constexpr fine first_culprit(part_list<>) {
    return {};
}
template <class Whole, class... Above, class First, class... Rest>
constexpr auto first_culprit(part_list<First, Rest...>) {
    using type = std::remove_cv_t<typename First::type>;
    if constexpr (is_abstract_pointee<Whole, type>)
        return fine();
    else {
        constexpr auto found = find_culprit<type, Whole, Above...>();
        if constexpr (!std::is_same_v<decltype(found), const fine>)
            return under<to_text<First::label.size()>(First::label)>(found);
        else if constexpr (sizeof...(Rest) > 0)
            return first_culprit<Whole, Above...>(part_list<Rest...>());
        else
            return fine();
    }
}

// Members that are references cannot be named: their addresses are not known while compiling.
template <class T>
constexpr auto reference_label() {
    constexpr std::size_t index = reference_member<T>();
    text<10 + digits<index + 1>> label(std::string_view("<member "));
    label.characters[8 + digits<index + 1>] = '>';
    for (std::size_t at = 7 + digits<index + 1>, rest = index + 1; at > 7; --at, rest /= 10)
        label.characters[at] = static_cast<char>('0' + rest % 10);
    return label;
}

// `Above`: the types that T is a part of; a class that contains itself (by pointer or container) is looked at once.
template <class T, class... Above>
constexpr auto find_culprit() {
    constexpr classified c = classification<T>;
    if constexpr (c.kind == kind::refused && c.why == advice::reference && std::is_class_v<T>)
        return culprit<T&, c.why, reference_label<T>()>();
    else if constexpr (c.kind == kind::refused)
        return culprit<T, c.why>();
    else if constexpr (c.kind == kind::user && !can_be_made<T>)
        return culprit<T, advice::not_constructible>();
    else if constexpr (has_no_parts(c.kind) || (std::is_same_v<T, Above> || ...))
        return fine();
    else
        return first_culprit<T, Above...>(parts_of<T>());
}

template <class T>
using culprit_of = decltype(find_culprit<T>());
template <class T>
inline constexpr bool can_cross = std::is_same_v<culprit_of<T>, fine>;

// ---- the text -----------------------------------------------------------------------------------

constexpr std::size_t append(char* to, std::size_t at, std::string_view what) {
    for (const char c : what) {
        if (to != nullptr) to[at] = c;
        ++at;
    }
    return at;
}

// "my_class::in.logs[].value (std::ofstream): advice"; gives the length. A null `to` only measures.
template <class Whole, class C, auto Why, text... Steps>
constexpr std::size_t explain(culprit<C, Why, Steps...>, char* to) {
    std::size_t at = append(to, 0, type_name<Whole>);
    [[maybe_unused]] const bool members = std::is_class_v<Whole> && std_template<Whole> == 0;
    [[maybe_unused]] bool first = true;
    [[maybe_unused]] const auto step = [&](std::string_view name) {
        const bool bare = !name.starts_with('.') && !name.starts_with('[');
        if (bare) at = append(to, at, first && members ? "::" : ".");
        at = append(to, at, name);
        first = false;
    };
    (step(Steps.view()), ...);
    if constexpr (sizeof...(Steps) > 0) {
        at = append(to, at, " (");
        at = append(to, at, type_name<C>);
        at = append(to, at, ")");
    }
    at = append(to, at, ": ");
    return append(to, at, advice_text(Why));
}
template <class Whole>
constexpr std::size_t explain(fine, char*) {
    return 0;
}

template <class T>
constexpr auto make_explanation() {
    text<explain<T>(culprit_of<T>(), nullptr) + 1> message;
    explain<T>(culprit_of<T>(), message.characters);
    return message;
}
template <class T>
inline constexpr auto explanation = make_explanation<T>();

// ---- the compiler's message ---------------------------------------------------------------------

// What is to be sent; named in the compiler's message.
struct value_sent {};
template <std::size_t N>
struct argument_of_target {};
struct result_of_target {};
struct target_itself {};

template <text Step>
struct at {};

// One message for each type, however often it is met.
template <class Whole>
inline constexpr bool can_be_sent = false;
template <class Whole, advice Why>
struct refusal {};
#define BROOD_REFUSAL(NAME, TEXT)                                                                \
    template <class Whole>                                                                       \
    struct refusal<Whole, advice::NAME> {                                                        \
        static_assert(can_be_sent<Whole>, "brood: this cannot cross to another process: " TEXT); \
    };
BROOD_ADVICE(BROOD_REFUSAL)
#undef BROOD_REFUSAL

#if defined(__clang__)
// clang cuts long texts among template arguments short: the steps to the culprit and its type stand on their own.
template <class Role, class Whole, class Path, class Culprit>
struct cannot_be_sent;
template <class... Steps>
struct member_path {};
template <class Role, class Whole, class C, advice Why, text... Steps>
constexpr void refuse_by_name(culprit<C, Why, Steps...>) {
    (void)sizeof(cannot_be_sent<Role, Whole, member_path<at<Steps>...>, culprit<C, Why>>);
}
template <class Role, class Whole, class Path, class C, advice Why>
struct cannot_be_sent<Role, Whole, Path, culprit<C, Why>> : refusal<Whole, Why> {};
#else
template <class Role, text Explanation, class Whole, advice Why>
struct cannot_be_sent : refusal<Whole, Why> {};
template <class Role, class Whole, class C, advice Why, text... Steps>
constexpr void refuse_by_name(culprit<C, Why, Steps...>) {
    (void)sizeof(cannot_be_sent<Role, explanation<Whole>, Whole, Why>);
}
#endif

// A type that cannot cross stops the compilation here, by name. `Role` says what it was to be.
template <class T, class Role = value_sent>
constexpr void require_serializable(Role = {}) {
    if constexpr (!can_cross<T>) refuse_by_name<Role, T>(culprit_of<T>());
}

}  // namespace brood::detail
