// SPDX-License-Identifier: MIT
// expect: an iterator points into a container of this process: send the container and an index
// expect-g++: position::at
// expect-clang: position, .*"at"
#include <brood/serialization.hpp>

#include <vector>

struct position {
    std::vector<int>::iterator at;
};
void check() { brood::detail::require_serializable<position>(); }
