// SPDX-License-Identifier: MIT
#include "pool/trace_names.hpp"

#include "codec/function.hpp"

#include "platform/platform.hpp"

#include <brood/serialization.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace brood::pools {

namespace {

using std::string_view;
constexpr std::size_t longest = 120;
constexpr string_view anonymous = "(anonymous namespace)::";

void remove_all(std::string& text, string_view part) {
    for (auto at = text.find(part); at != text.npos; at = text.find(part, at)) text.erase(at, part.size());
}

// Where the bracket at `open` is closed; the text's end if it is not.
std::size_t end_of_bracket(string_view text, std::size_t open) {
    std::size_t depth = 0;
    for (std::size_t i = open; i < text.size(); ++i) {
        const char sign = text[i];
        if (sign == '(' || sign == '<' || sign == '[' || sign == '{') ++depth;
        if (sign == '>' && i > 0 && text[i - 1] == '-') continue;
        if ((sign == ')' || sign == '>' || sign == ']' || sign == '}') && --depth == 0) return i + 1;
    }
    return text.size();
}

// "{lambda(int)#1}" is "lambda 1".
std::string name_of_braces(string_view inside) {
    if (!inside.starts_with("lambda")) return std::string(inside);
    const auto number = inside.rfind('#');
    return number == inside.npos ? "lambda" : "lambda " + std::string(inside.substr(number + 1));
}

// Parameters go, the arguments of templates stay; what precedes the last space outside of brackets is a return type.
std::string without_parameters(string_view text) {
    std::string kept;
    for (std::size_t i = 0; i < text.size();) {
        const char sign = text[i];
        if (text.substr(i).starts_with("operator")) {
            const auto parameters = text.substr(i).starts_with("operator()") ? i + 10 : text.find('(', i);
            const auto end = std::min(parameters, text.size());
            kept += text.substr(i, end - i);
            i = end;
        } else if (sign == '{') {
            const auto end = end_of_bracket(text, i);
            kept += name_of_braces(text.substr(i + 1, end - i - 2));
            if (kept.back() == ' ') kept.pop_back();
            i = end;
        } else if (sign == '<') {
            const auto end = end_of_bracket(text, i);
            kept += text.substr(i, end - i);
            i = end;
        } else if (sign == '(' || sign == '[') {
            i = end_of_bracket(text, i);
            if (text.substr(i).starts_with(" const")) i += 6;
        } else if (sign == ' ') {
            kept.clear();
            ++i;
        } else {
            kept += sign;
            ++i;
        }
    }
    return kept;
}

std::string readable(const char* mangled) {
    auto name = platform::demangle(mangled);
    remove_all(name, anonymous);
    return name;
}

// "account" of "int (account::*)(int)"; empty of other types.
std::string class_of_member(const std::string& type) {
    const auto star = type.find("::*)");
    if (star == type.npos) return {};
    const auto open = type.rfind('(', star);
    return open == type.npos ? std::string() : short_name(string_view(type).substr(open + 1, star - open - 1));
}

// Which member it is, the object says, if it is a virtual one.
std::string name_of_type(const char* mangled) {
    const auto name = readable(mangled);
    if (const auto owner = class_of_member(name); !owner.empty()) return "virtual member of " + owner;
    return name.find("(*)") != name.npos ? name : short_name(name);
}

std::string name_of_code(const void* code) {
    const auto frames = platform::describe_address(reinterpret_cast<std::uintptr_t>(code));
    if (frames.empty()) return {};
    if (!frames.back().function.empty()) return short_name(frames.back().function);
    const auto& module = frames.back().module;
    const auto slash = module.find_last_of("/\\");
    return "function " + std::to_string(frames.back().offset) + " of " +
           module.substr(slash == module.npos ? 0 : slash + 1);
}

const char* type_of(const detail::callee& what) { return what.type == nullptr ? "" : what.type->name(); }

// `type`: mangled, or empty.
std::string describe(const void* code, const char* type) {
    std::string name;
    if (code != nullptr) name = name_of_code(code);
    const bool has_type = *type != '\0';
    // Debug information may give the name alone.
    if (!name.empty() && has_type && name.find("::") == name.npos)
        if (const auto owner = class_of_member(readable(type)); !owner.empty()) name = owner + "::" + name;
    if (name.empty() && has_type) name = name_of_type(type);
    return name.empty() ? "task" : name;
}

const void* read_code(string_view written) {
    input_archive archive(std::as_bytes(std::span(written)));
    const auto place = detail::load_value<detail::code_location>(archive);
    return detail::find_code(place.build_id, place.offset, place.module_path);
}

// The type, a zero, and the place of the code if there is one.
std::string describe_portable(const std::string& name) {
    const auto end = name.find('\0');
    if (end == name.npos || end + 1 == name.size()) return describe(nullptr, name.c_str());
    return describe(read_code(string_view(name).substr(end + 1)), name.c_str());
}

}  // namespace

std::string short_name(string_view demangled) {
    std::string text(demangled);
    remove_all(text, anonymous);
    remove_all(text, "{anonymous}::");
    remove_all(text, "::_FUN");
    remove_all(text, "::__invoke");
    remove_all(text, "[abi:cxx11]");
    std::string kept = without_parameters(text);
    if (kept.empty()) kept = text;
    if (const auto at = kept.find("$_"); at != kept.npos) kept.replace(at, 2, "lambda ");  // clang's name of one
    if (kept.size() > longest) kept = kept.substr(0, longest) + "...";
    return kept;
}

std::string portable_name(const detail::callee& what) {
    std::string name = type_of(what) + std::string(1, '\0');
    if (what.code == nullptr) return name;
    try {
        output_archive archive({.handles = false, .blocks = false});
        detail::save_value(archive, detail::locate_code(what.code));
        name.append(reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size());
    } catch (const serialization_error&) {
        // code that was made at run time
    }
    return name;
}

const std::string& function_names::of(const detail::callee& what) {
    const std::lock_guard guard(mutex_);
    auto& known = known_[{what.code, type_of(what)}];
    if (!known) known = std::make_unique<const std::string>(describe(what.code, type_of(what)));
    return *known;
}

const std::string& function_names::of_portable(const std::string& name) {
    const std::lock_guard guard(mutex_);
    auto& known = portable_[name];
    if (!known) known = std::make_unique<const std::string>(describe_portable(name));
    return *known;
}

}  // namespace brood::pools
