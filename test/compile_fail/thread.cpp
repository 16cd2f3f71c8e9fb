// SPDX-License-Identifier: MIT
// expect: a thread stays in its process: start it where it runs
// expect-g++: std::vector<std::thread>\[\] \(std::thread\)
// expect-clang: vector<std::thread>.*\[\].*std::thread
#include <brood/serialization.hpp>

#include <thread>
#include <vector>

void check() { brood::detail::require_serializable<std::vector<std::thread>>(); }
