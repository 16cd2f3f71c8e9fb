// SPDX-License-Identifier: MIT
#pragma once

#include "codec/byte_io.hpp"

#include <string>
#include <system_error>

namespace brood::detail {

// The category crosses by its name. One that is not of the standard library arrives as a category of that name that
// knows the message that was sent, so that what() stays the same; it compares equal to others that arrived, not to the
// program's own.
void write_error_code(string_sink& sink, const std::error_code& code);
std::error_code read_error_code(byte_reader& in);

// The standard library adds the code's message to the text that a system_error is made with: the text without it.
std::string without_message(const std::string& what, const std::error_code& code);

}  // namespace brood::detail
