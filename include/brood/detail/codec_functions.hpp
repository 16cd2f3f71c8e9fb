// SPDX-License-Identifier: MIT
// Pointers to functions and member functions: code by module and offset.
#pragma once

#include <brood/detail/codec.hpp>
#include <brood/detail/function.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace brood::detail {

template <>
struct codec<kind::function> {
    template <class T>
    static void write(output_archive& archive, const T& function) {
        save_code(archive, reinterpret_cast<const void*>(function));
    }
    template <class T>
    static void read(input_archive& archive, T& function) {
        function = reinterpret_cast<T>(const_cast<void*>(load_code(archive)));
    }
};

// A pointer to a member function as the Itanium C++ ABI lays it out, which all of brood's compilers follow.
struct raw_member_function {
    std::uintptr_t function;  // address, or for a virtual function its offset in the table
    std::ptrdiff_t adjust;    // of the object's address
};
BROOD_API void write_member_function(output_archive& archive, const raw_member_function& function);
BROOD_API raw_member_function read_member_function(input_archive& archive);
// Null for a virtual function: which one it is, the object says.
BROOD_API const void* code_of_member(const raw_member_function& function) noexcept;

template <>
struct codec<kind::member_function> {
    template <class T>
    static void write(output_archive& archive, const T& function) {
        static_assert(sizeof(T) == sizeof(raw_member_function));
        raw_member_function raw;
        std::memcpy(&raw, &function, sizeof raw);
        write_member_function(archive, raw);
    }
    template <class T>
    static void read(input_archive& archive, T& function) {
        const raw_member_function raw = read_member_function(archive);
        std::memcpy(&function, &raw, sizeof raw);
    }
};

}  // namespace brood::detail
