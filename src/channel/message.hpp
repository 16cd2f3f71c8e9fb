// SPDX-License-Identifier: MIT
// Values that are too large for a ring, or that name shared objects: a block of their own, which holds a reference to
// each of those objects.
#pragma once

#include "arena/references.hpp"

#include <brood/detail/archive.hpp>

#include <cstddef>
#include <span>

namespace brood::channel {

// A message of what the archive holds, with this process's reference alone. The archive must live meanwhile. Throws
// std::bad_alloc.
arena::block_handle make_message(const output_archive& archive);

// What a message's block holds.
struct message_view {
    std::span<const std::byte> bytes;
    std::span<const std::uint64_t> sizes;  // of the blocks that follow each other, each aligned
    const std::byte* blocks;
};
message_view view_message(const void* bytes) noexcept;
// Where the next block begins.
std::size_t aligned(std::uint64_t size) noexcept;

void register_message_kind() noexcept;

}  // namespace brood::channel
