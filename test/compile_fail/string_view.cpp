// SPDX-License-Identifier: MIT
// expect: a std::string_view does not own its text: use std::string
// expect-g++: request::path
// expect-clang: request, .*"path".*string_view
#include <brood/serialization.hpp>

#include <string_view>

struct request {
    std::string_view path;
};
void check() { brood::detail::require_serializable<request>(); }
