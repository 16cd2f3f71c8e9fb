// SPDX-License-Identifier: MIT
#pragma once

#include <brood/detail/exception_codec.hpp>

#include <span>
#include <string>
#include <string_view>
#include <typeinfo>

namespace brood::detail {

// The types that every program knows.
std::span<const exception_type> builtin_exceptions() noexcept;

// How exceptions of that type are written, also of the types that std::throw_with_nested derives; nullptr when it is
// not registered. Any thread, also in a forked child.
const exception_type* find_exception_type(const std::type_info& type);

// By the name in type_info; nullptr when there is none, when several types have that name (those of unnamed
// namespaces may), or when the library that registered it was unloaded.
const exception_type* find_exception_type(std::string_view mangled_name) noexcept;

// Demangled, with the short names of the standard library, and E for what std::throw_with_nested made of E.
std::string readable_name(const std::type_info& type);

}  // namespace brood::detail
