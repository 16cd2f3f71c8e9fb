// SPDX-License-Identifier: MIT
// expect: a reference cannot cross to another process: hold a value or a std::shared_ptr
// expect-g++: holder::<member 2> \(holder&\): a reference
// expect-clang: holder, .*<member 2>.*holder &
#include <brood/serialization.hpp>

#include <string>

struct holder {
    int number;
    std::string& text;
};
void check() { brood::detail::require_serializable<holder>(); }
