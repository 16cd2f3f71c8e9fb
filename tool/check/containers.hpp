// SPDX-License-Identifier: MIT
// What the containers of the standard library (libstdc++) hold, read from the memory of a picture.
#pragma once

#include "check/memory_view.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tool::check {

struct object {
    const type* what = nullptr;
    std::uint64_t address = 0;
};

// The elements of a container; `first_read` is the offset of the word that nearly every use of it reads.
struct elements {
    std::uint64_t size = 0;
    std::vector<object> some;  // the first few; empty where they are not looked at
    std::uint64_t first_read = 0;
};

// Empty optional: the type is no container that is known here, or what is there makes no sense.
std::optional<elements> elements_of(const object& one, const memory_view& view);
// A std::string's text. The same applies.
std::optional<std::string> string_of(const object& one, const memory_view& view);
bool is_string(const type& what);
bool is_container(const type& what);
// Types whose state is the system's or the library's business: locks, threads, streams' buffers, brood's handles...
bool is_opaque(const type& what);
// A file stream; whether it is open.
bool is_file_stream(const type& what);
std::optional<bool> is_open(const object& stream, const memory_view& view);

}  // namespace tool::check
