// SPDX-License-Identifier: MIT
// How a value is said.
#include "check/values.hpp"

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace tool::check {
namespace {

using kind = type::kind;

constexpr std::size_t longest_text = 60, most_shown = 4;

std::string in_quotes(std::string_view text) {
    std::string all = "\"";
    for (const char c : text.substr(0, longest_text)) {
        const auto code = static_cast<unsigned char>(c);
        if (code >= ' ' && code != 127) {
            if (c == '"' || c == '\\') all += '\\';
            all += c;
        } else {
            char escape[8];
            std::snprintf(escape, sizeof escape, "\\x%02x", code);
            all += c == '\n' ? "\\n" : escape;
        }
    }
    return all + (text.size() > longest_text ? "...\"" : "\"");
}

template <class Number>
std::string shortest(Number value) {
    char text[64];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
}

std::optional<std::int64_t> signed_value(const object& one, const memory_view& view) {
    std::uint64_t word = 0;
    const std::uint64_t size = one.what->size;
    if (size == 0 || size > sizeof word || !view.taken().read(one.address, &word, size)) return std::nullopt;
    const unsigned unused = static_cast<unsigned>(64 - 8 * size);
    return static_cast<std::int64_t>(word << unused) >> unused;
}

std::string number_text(const object& one, const memory_view& view) {
    const auto value = signed_value(one, view);
    if (!value) return "a number of " + std::to_string(one.what->size) + " bytes";
    if (one.what->what == kind::signed_integer) return std::to_string(*value);
    const unsigned unused = static_cast<unsigned>(64 - 8 * one.what->size);
    return std::to_string(static_cast<std::uint64_t>(*value) << unused >> unused);
}

std::string floating_text(const object& one, const memory_view& view) {
    if (one.what->size == sizeof(float)) return shortest(view.read<float>(one.address).value_or(0));
    if (one.what->size == sizeof(double)) return shortest(view.read<double>(one.address).value_or(0));
    return shortest(view.read<long double>(one.address).value_or(0));
}

std::string enumeration_text(const object& one, const memory_view& view) {
    const auto value = signed_value(one, view);
    const auto& names = debug_info::complete(*one.what).enumerators;
    const auto found = value ? names.find(*value) : names.end();
    return found == names.end() ? number_text(one, view) : found->second;
}

std::string character_text(const object& one, const memory_view& view) {
    const auto value = signed_value(one, view).value_or(0);
    if (value >= ' ' && value < 127) return std::string("'") + static_cast<char>(value) + "'";
    return std::to_string(value);
}

std::string pointer_text(const object& one, const memory_view& view) {
    const std::uint64_t to = view.read<std::uint64_t>(one.address).value_or(0);
    const type* target = one.what->target;
    if (target != nullptr && target->what == kind::character && target->size == 1)
        if (const auto text = view.text_at(to, 4096)) return in_quotes(*text);
    if (view.place_of(to).what != place::kind::memory) return view.name_of(to);
    if (target == nullptr || target->name.empty() || target->name.starts_with("std::") || target->size == 0)
        return "an object";
    return "an object of type " + target->name;
}

std::string elements_text(const elements& all, const memory_view& view) {
    const std::string count = std::to_string(all.size) + (all.size == 1 ? " element" : " elements");
    if (all.size == 0 || all.size > most_shown || all.some.size() < all.size) return count;
    std::string text = "{";
    for (const object& one : all.some) text += (text.size() > 1 ? ", " : "") + value_text(one, view);
    return text.size() > longest_text ? count : text + "}";
}

std::string array_text(const object& one, const memory_view& view) {
    const type& element = *one.what->target;
    if (element.what == kind::character && element.size == 1) {
        std::string text(one.what->size, '\0');
        if (!view.taken().read(one.address, text.data(), text.size())) return "text";
        return in_quotes(text.substr(0, text.find('\0')));
    }
    elements all{one.what->count, {}, 0};
    for (std::uint64_t i = 0; i < std::min<std::uint64_t>(all.size, most_shown); ++i)
        all.some.push_back({&element, one.address + i * element.size});
    return elements_text(all, view);
}

std::string structure_text(const object& one, const memory_view& view) {
    if (is_string(*one.what))
        if (const auto text = string_of(one, view)) return in_quotes(*text);
    if (is_container(*one.what))
        if (const auto all = elements_of(one, view)) return elements_text(*all, view);
    std::string text = "{";
    for (const member& part : debug_info::complete(*one.what).members) {
        if (part.name.empty() || part.name.starts_with('_') || part.bits != 0) continue;
        if (text.size() > 1) text += ", ";
        text += part.name + " = " + value_text({part.what, one.address + part.offset}, view);
        if (text.size() > longest_text) return text + ", ...}";
    }
    return text.size() > 1 ? text + "}" : "an object of type " + one.what->name;
}

}  // namespace

std::string value_text(const object& one, const memory_view& view) {
    if (one.what == nullptr) return "?";
    switch (one.what->what) {
        case kind::boolean: return view.read<std::uint8_t>(one.address).value_or(0) != 0 ? "true" : "false";
        case kind::signed_integer:
        case kind::unsigned_integer: return number_text(one, view);
        case kind::character: return character_text(one, view);
        case kind::floating: return floating_text(one, view);
        case kind::enumeration: return enumeration_text(one, view);
        case kind::pointer: return pointer_text(one, view);
        case kind::array: return array_text(one, view);
        case kind::structure: return structure_text(one, view);
        case kind::either:
        case kind::unknown: break;
    }
    return number_text(one, view);
}

}  // namespace tool::check
