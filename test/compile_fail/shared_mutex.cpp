// SPDX-License-Identifier: MIT
// expect: a lock of threads means nothing in another process
// expect-g++: \.pointee \(std::shared_mutex\)
// expect-clang: pointee.*std::shared_mutex
#include <brood/serialization.hpp>

#include <memory>
#include <shared_mutex>

void check() { brood::detail::require_serializable<std::unique_ptr<std::shared_mutex>>(); }
