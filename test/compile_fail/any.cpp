// SPDX-License-Identifier: MIT
// expect: std::any does not say while compiling what it holds: use std::variant
// expect-g++: \[\]\.value \(std::any\)
// expect-clang: \[\]\.value.*std::any
#include <brood/serialization.hpp>

#include <any>
#include <map>
#include <string>

void check() { brood::detail::require_serializable<std::map<std::string, std::any>>(); }
