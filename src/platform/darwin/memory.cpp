// SPDX-License-Identifier: MIT
// macOS: the memory of another process needs its task port, which only signed debuggers get. Blocks go by the channel.
#include "platform/platform.hpp"

namespace brood::platform {

bool copy_to_process(const child&, std::uint64_t, std::span<const std::byte>) noexcept { return false; }
bool copy_from_process(const child&, std::uint64_t, std::span<std::byte>) noexcept { return false; }
void prepare_to_fill(void*, std::size_t) noexcept {}
bool supply_pages(void*, std::size_t) noexcept { return false; }

}  // namespace brood::platform
