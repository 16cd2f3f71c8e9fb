// SPDX-License-Identifier: MIT
// Exceptions as bytes.
#pragma once

#include "codec/stack.hpp"

#include <brood/detail/exception_codec.hpp>
#include <brood/error.hpp>

#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>

namespace brood::detail {

// The bytes of an exception that was thrown at `thrown_at` (may be empty) in this process; those of a null pointer are
// no bytes. An exception that came from another process keeps that origin. Throws nothing but std::bad_alloc.
std::string encode_exception(const std::exception_ptr& exception, std::span<const std::uintptr_t> thrown_at,
                             const std::string& process_name, process_id pid);

// The exception again. std types, brood's and registered types keep their type, all others become remote_error; what is
// nested stays nested. Throws serialization_error when the bytes are no exception.
std::exception_ptr decode_exception(std::string_view bytes);

// "TYPE: what", or just the type of one that says nothing.
std::string describe_exception(const std::exception_ptr& exception);

// How this process calls itself in exceptions that save_exception() writes; "main" before the first call. Any thread.
void name_origin(const std::string& process_name);

}  // namespace brood::detail
