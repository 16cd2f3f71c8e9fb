// SPDX-License-Identifier: MIT
// expect: a lock of threads means nothing in another process: leave it out of what a serialize writes
// expect-g++: counter::lock \(std::mutex\)
// expect-clang: counter, .*"lock".*std::mutex
#include <brood/serialization.hpp>

#include <mutex>

struct counter {
    std::mutex lock;
    int count;
};
void check() { brood::detail::require_serializable<counter>(); }
