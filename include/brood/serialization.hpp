// SPDX-License-Identifier: MIT
// How values cross between processes: which types can, what stops one, and the archives that a class's own serialize
// sees.
//
// A type can cross when it is made of types that can: numbers, enumerations, text, paths, the types and containers of
// the standard library that own what they hold, smart pointers (shared objects stay shared, cycles close), functions by
// pointer, lambdas without captures, std::error_code, std::exception_ptr, and classes. An aggregate needs no code.
// Other classes have what the cereal library asks for, member or free function, public or with cereal::access as a
// friend:
//
//     template <class Archive>
//     void serialize(Archive& archive) { archive(name_, lines_); }
//
// or save and load, save_minimal and load_minimal, with a class version or without; load_and_construct for classes
// without a default constructor; CEREAL_REGISTER_TYPE for what is sent by a pointer to its base class.
#pragma once

#include <brood/detail/load_value.hpp>

#include <string_view>

namespace brood {

// Whether values of type T can cross to another process. T itself must be complete.
template <class T>
concept serializable = detail::can_cross<std::remove_cv_t<T>>;

// Why they cannot: "my_class::in.logs[].value (std::basic_ofstream<char>): an open file ... use brood::file". Empty
// when they can.
template <class T>
inline constexpr std::string_view why_not_serializable = detail::explanation<std::remove_cv_t<T>>.view();

}  // namespace brood
