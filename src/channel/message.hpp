// SPDX-License-Identifier: MIT
// Values that are too large for a ring, or that name shared objects: a block of their own, which holds a reference to
// each of those objects.
#pragma once

#include "arena/references.hpp"

#include <brood/detail/archive.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

namespace brood::channel {

// A message of what the archive holds, with this process's reference alone. The archive must live meanwhile. Throws
// std::bad_alloc.
arena::block_handle make_message(const output_archive& archive);

// How many bytes of a message's blocks are there, from the first one's beginning on and with the room between them.
// Shared by those who write and read them; only grows.
using written_bytes = std::atomic<std::uint64_t>;

// A message that is sent before its blocks are in it, so that they are read while they are written.
class growing_message {
public:
    // All but the blocks. The archive must live as long as this. Throws std::bad_alloc.
    explicit growing_message(const output_archive& archive);
    growing_message(const growing_message&) = delete;
    growing_message& operator=(const growing_message&) = delete;
    ~growing_message() { write_blocks(); }  // whoever has it already waits for them

    const arena::block_handle& block() const noexcept { return block_; }
    void write_blocks() noexcept;

    // Whether its blocks are large, and another processor could read them meanwhile.
    static bool is_worth_it(const output_archive& archive) noexcept;

private:
    const output_archive& archive_;
    const arena::block_handle block_;
    bool written_ = false;
};

// What a message's block holds.
struct message_view {
    std::span<const std::byte> bytes;
    std::span<const std::uint64_t> sizes;  // of the blocks that follow each other, each aligned
    const std::byte* blocks;
    const written_bytes* written;
};
message_view view_message(const void* bytes) noexcept;
// Whether all of its blocks are there.
bool is_whole(const void* message) noexcept;
// Until more than `from` bytes are: how many are. Throws serialization_error when there are not and `lost`, unless
// null, is set.
std::uint64_t wait_written(const written_bytes& written, std::uint64_t from, const std::atomic<bool>* lost);
// Where the next block begins.
std::size_t aligned(std::uint64_t size) noexcept;

void register_message_kind() noexcept;

}  // namespace brood::channel
