// SPDX-License-Identifier: MIT
// Names of functions in a PE file: its COFF symbol table, which GCC's linker keeps unless told to strip, and its
// exports.
#pragma once

#include "platform/windows/pe_image.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace brood::platform::windows {

struct function_symbol {
    std::uint32_t address = 0;  // relative to the base
    std::string name;           // mangled
};

// Sorted by address; empty when the bytes are no PE file or name no functions. Safe for any bytes.
std::vector<function_symbol> read_function_symbols(byte_view file);

}  // namespace brood::platform::windows
