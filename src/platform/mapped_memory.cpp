// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"

#include <utility>

namespace brood::platform {

mapped_memory::mapped_memory(mapped_memory&& other) noexcept
    : kept(std::move(other.kept)),
      address_(std::exchange(other.address_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

mapped_memory& mapped_memory::operator=(mapped_memory&& other) noexcept {
    std::swap(address_, other.address_);
    std::swap(size_, other.size_);
    std::swap(kept, other.kept);
    return *this;
}

}  // namespace brood::platform
