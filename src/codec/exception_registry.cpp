// SPDX-License-Identifier: MIT
#include "codec/exception_registry.hpp"

#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>

namespace brood::detail {
namespace {

// Nodes are never freed, so that readers need no lock. The library that registered may be unloaded: its build id tells.
struct registered_type {
    exception_type type;
    std::string name;
    std::uintptr_t base;
    std::string build_id;
    const registered_type* next;

    bool is_loaded() const noexcept {
        const auto now = platform::view_module(reinterpret_cast<const void*>(type.load));
        return now && now->base == base && now->build_id() == build_id;
    }
};
constinit std::atomic<const registered_type*> registered{nullptr};

const exception_type* find_builtin(std::string_view name) noexcept {
    const auto all = builtin_exceptions();
    const auto found = std::ranges::find(all, name, [](const exception_type& e) { return e.type->name(); });
    return found == all.end() ? nullptr : &*found;
}

const exception_type* find_exact(const std::type_info& type) noexcept {
    for (const auto* node = registered.load(std::memory_order_acquire); node; node = node->next) {
        if (node->name == type.name() && node->is_loaded() && *node->type.type == type) return &node->type;
    }
    const auto* builtin = find_builtin(type.name());
    return builtin && *builtin->type == type ? builtin : nullptr;
}

// ---- names

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
}

// What derives from E and std::nested_exception has no name in the standard: this is how the libraries call it.
constexpr std::string_view nesting_types[] = {"std::_Nested_exception<", "std::__1::__nested<",
                                              "brood::detail::with_nested<"};

// The E of such a type.
std::optional<std::string> nested_base(const std::string& demangled) {
    for (const auto prefix : nesting_types) {
        if (!demangled.starts_with(prefix) || !demangled.ends_with('>')) continue;
        auto base = demangled.substr(prefix.size(), demangled.size() - prefix.size() - 1);
        if (base.ends_with(' ')) base.pop_back();
        return base;
    }
    return std::nullopt;
}

// Streams throw a type of their own, derived from the one that the standard names.
std::string standard_name(std::string demangled) {
    return demangled == "std::__ios_failure" ? "std::ios_base::failure[abi:cxx11]" : std::move(demangled);
}

template <class Matches>
const exception_type* find_where(Matches&& matches) {
    for (const auto* node = registered.load(std::memory_order_acquire); node; node = node->next) {
        if (matches(node->name.c_str()) && node->is_loaded()) return &node->type;
    }
    const auto all = builtin_exceptions();
    const auto found = std::ranges::find_if(all, [&](const exception_type& e) { return matches(e.type->name()); });
    return found == all.end() ? nullptr : &*found;
}

// The mangled name within another is written differently, so the readable ones are compared.
const exception_type* find_by_readable(const std::string& name) {
    return find_where([&](const char* mangled) { return platform::demangle(mangled) == name; });
}

}  // namespace

void register_exception_type(const exception_type& type) {
    if (find_exact(*type.type)) return;
    const auto home = platform::module_of(reinterpret_cast<const void*>(type.load)).value_or(platform::module());
    auto node = std::make_unique<registered_type>(
        registered_type{type, type.type->name(), home.base, home.build_id, registered.load()});
    while (!registered.compare_exchange_weak(node->next, node.get())) {
    }
    node.release();  // owned by the list
}

const exception_type* find_exception_type(const std::type_info& type) {
    if (const auto* exact = find_exact(type)) return exact;
    const auto name = platform::demangle(type.name());
    const auto base = nested_base(name);
    const auto wanted = standard_name(base.value_or(name));
    return wanted == name ? nullptr : find_by_readable(wanted);
}

const exception_type* find_exception_type(std::string_view mangled_name) noexcept {
    const exception_type* found = find_builtin(mangled_name);
    for (const auto* node = registered.load(std::memory_order_acquire); node; node = node->next) {
        if (node->name != mangled_name || !node->is_loaded()) continue;
        if (found && *found->type != *node->type.type) return nullptr;
        found = &node->type;
    }
    return found;
}

std::string readable_name(const std::type_info& type) {
    auto name = platform::demangle(type.name());
    name = nested_base(name).value_or(name);
    replace_all(name, "std::__cxx11::", "std::");
    replace_all(name, "std::__1::", "std::");
    replace_all(name, "std::basic_string<char, std::char_traits<char>, std::allocator<char> >", "std::string");
    replace_all(name, "[abi:cxx11]", "");
    return name == "std::__ios_failure" ? "std::ios_base::failure" : name;
}

}  // namespace brood::detail
