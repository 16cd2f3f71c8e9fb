// SPDX-License-Identifier: MIT
// expect: an open file or stream stays in its process
// expect-g++: log::file
// expect-clang: log, .*"file"
#include <brood/serialization.hpp>

#include <cstdio>

struct log {
    std::FILE* file;
};
void check() { brood::detail::require_serializable<log>(); }
