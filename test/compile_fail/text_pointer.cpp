// SPDX-License-Identifier: MIT
// expect: a pointer to text means nothing in another process: use std::string
// expect-g++: label::text \(const char\*\)
// expect-clang: label, .*"text".*const char \*
#include <brood/serialization.hpp>

struct label {
    const char* text;
};
void check() { brood::detail::require_serializable<label>(); }
