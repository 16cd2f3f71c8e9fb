// SPDX-License-Identifier: MIT
// Names of types as text, while compiling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brood::detail {

// The compiler's text around the name. Cheap to instantiate: readable_type_name() trims it at run time.
template <class T>
constexpr const char* raw_type_name() {
    return __PRETTY_FUNCTION__;
}

constexpr std::string_view trim_type_name(std::string_view raw) {
    const auto begin = raw.find("T = ") + 4;
    return raw.substr(begin, raw.size() - begin - 1);
}

template <class T>
inline constexpr std::string_view type_name = trim_type_name(raw_type_name<T>());

// A text that can be a template argument; compilers print such arguments.
template <std::size_t N>
struct text {
    char characters[N]{};
    constexpr text() = default;
    constexpr text(const char (&from)[N]) {
        for (std::size_t i = 0; i < N; ++i) characters[i] = from[i];
    }
    constexpr explicit text(std::string_view from) {
        for (std::size_t i = 0; i + 1 < N && i < from.size(); ++i) characters[i] = from[i];
    }
    constexpr std::string_view view() const { return {characters, N - 1}; }
};

constexpr std::uint64_t hash_step(std::uint64_t hash, char c) {
    return (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
}
constexpr std::uint64_t hash_of(std::string_view name) {
    std::uint64_t hash = 14695981039346656037U;
    for (const char c : name) hash = hash_step(hash, c);
    return hash;
}

// Whether "name<...>" ends where its first bracket closes, so that "map<...>::value_compare" is no map.
constexpr bool closes_at_end(std::string_view name) {
    int depth = 0;
    for (std::size_t i = name.find('<'); i < name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>' && --depth == 0) return i + 1 == name.size();
    }
    return true;
}

// A number for the template or class in namespace std that a type is made from: hash_of("vector"), "chrono::duration";
// inline namespaces of the library are left out. 0 for other types. Standard types are known by name and by what they
// can do, so that no program pays for headers of containers that it does not use.
constexpr std::uint64_t std_template_hash(std::string_view name) {
    if (!name.starts_with("std::") || !closes_at_end(name)) return 0;
    std::uint64_t hash = hash_of("");
    std::string_view rest = name.substr(5, name.find('<') - 5);
    while (!rest.empty()) {
        const auto end = rest.find("::");
        const bool last = end == rest.npos;
        if (last || !rest.starts_with("__"))
            for (const char c : rest.substr(0, last ? rest.npos : end + 2)) hash = hash_step(hash, c);
        rest = last ? std::string_view{} : rest.substr(end + 2);
    }
    return hash;
}

template <class T>
inline constexpr std::uint64_t std_template = std_template_hash(type_name<T>);

}  // namespace brood::detail
