// SPDX-License-Identifier: MIT
// expect: the container's comparator or hash holds state that would be lost: use one without members
// expect: by_column
#include <brood/serialization.hpp>

#include <map>

struct by_column {
    int column;
    bool operator()(int a, int b) const { return a % column < b % column; }
};
void check() { brood::detail::require_serializable<std::map<int, int, by_column>>(); }
