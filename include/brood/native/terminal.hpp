// SPDX-License-Identifier: MIT
// What a program that draws on a terminal asks the system, and where it was started from.
#pragma once

#include <brood/export.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace brood::native {

// A standard output stream.
enum class stream : std::uint8_t { out = 1, error = 2 };

// The number of character columns of the terminal that a standard stream leads to; empty when it leads to none.
// Windows: also asks the console to understand escape sequences and UTF-8; empty when it does not.
BROOD_API std::optional<unsigned> terminal_columns(stream which);

// The path of the running program's file. Throws std::system_error when it cannot be told.
BROOD_API std::string program_path();

}  // namespace brood::native
