// SPDX-License-Identifier: MIT
// Names of code that mean the same in every process that runs the same build.
#pragma once

#include <brood/detail/function.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace brood::detail {

// A place in the code of a program or shared library, wherever it was loaded.
struct code_location {
    std::string build_id;  // bytes
    std::uint64_t offset = 0;
    std::string module_path;  // absolute where the system tells it
    bool program = false;     // it is in the main program
    friend bool operator==(const code_location&, const code_location&) = default;
};

// Where an address lies. Throws serialization_error when that is not the code of a program or library. Any thread,
// also in a forked child; costs some tens of nanoseconds and the copies of two strings.
code_location locate_code(const void* address);

// The address of that code here. A library that is not loaded is loaded from its path and stays loaded. Throws
// bootstrap_error when it cannot be loaded or is of another build (both build ids are named), serialization_error
// when the offset is not in its code. Any thread.
const void* resolve_code(const code_location& location);

// The same, but nullptr when the build is not loaded here or the offset is not in its code: loads and throws nothing.
const void* find_code(std::string_view build_id, std::uint64_t offset, std::string_view module_path) noexcept;

// The program itself, which stays where it is: what locate_code() tells of all its code, offset 0. Costs next to
// nothing after the first time.
struct program_code {
    code_location location;
    std::uintptr_t base = 0, begin = 0, end = 0;

    bool has(std::uintptr_t address) const noexcept { return address >= begin && address < end; }
    // nullptr when there is no code.
    const void* at(std::uint64_t offset) const noexcept;
};
const program_code& own_program();

// The code at that offset in the program itself. Throws serialization_error when there is none. Costs next to nothing
// after the first time.
const void* code_of_program(std::uint64_t offset);

// Bytes as lower-case hexadecimal digits.
std::string hex(std::string_view bytes);

}  // namespace brood::detail
