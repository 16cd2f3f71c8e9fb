// SPDX-License-Identifier: MIT
// expect: this cannot lie in memory that processes share: an address means nothing in another process
// expect-g++: node::next \(node\*\)
// expect-clang: node, .*"next".*node \*
#include <brood/shared_value.hpp>

struct node {
    int value;
    node* next;
};
brood::shared_value<node> list;
