// SPDX-License-Identifier: MIT
// expect: a std::span does not own its elements: use std::vector
// expect-g++: window::samples
// expect-clang: window, .*"samples".*span
#include <brood/serialization.hpp>

#include <span>

struct window {
    std::span<const double> samples;
};
void check() { brood::detail::require_serializable<window>(); }
