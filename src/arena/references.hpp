// SPDX-License-Identifier: MIT
// Which blocks this process refers to. All handles of one object in this process share one reference, which is recorded
// in the shared memory, so that it can be given back when the process dies.
#pragma once

#include "arena/blocks.hpp"

#include <functional>
#include <memory>

namespace brood::arena {

// One reference of this process to one block. Shared by all handles; the last one gives it back.
class held_block {
public:
    held_block() noexcept = default;
    ~held_block();
    held_block(const held_block&) = delete;
    held_block& operator=(const held_block&) = delete;
    offset block() const noexcept { return block_; }
    void* bytes() const noexcept { return bytes_of(block_); }

private:
    friend struct holdings;
    offset block_ = 0;  // 0: of none
    std::size_t entry_ = 0;
};
using block_handle = std::shared_ptr<held_block>;

// A new block, recorded as this process's. `fill` writes its bytes before anybody can see them; what it throws frees
// the block. Joins the session if this process has not. Throws std::bad_alloc, or brood::error when there is no shared
// memory.
block_handle make_object(kind what, std::uint64_t size, const std::function<void(void*)>& fill);

// The same with bytes that are all zero; large ones that nobody has had before are not touched.
block_handle make_zero_object(kind what, std::uint64_t size);

// A reference to a block that somebody else keeps alive during the call. Throws brood::error when that is no block in
// use of that kind.
block_handle hold_object(offset block, kind what);

// Takes over a reference that something else in the shared memory held, in one transaction with `change`, which lets go
// of it there. Throws without effect.
block_handle take_over(offset block, const std::function<void(transaction&)>& change);

// ---- for processes that begin and end -----------------------------------------------------------------------------

// Before a fork, in the parent: the child, whose record is reserved, gets the same references.
void copy_references(process_tag child);
// In a forked child, under its new tag.
void adopt_references();
// Gives back all references of a process that ended.
void drop_references(process_tag dead, bool violently);

// Held by the one thread that forks, so that no other is in the middle of a change.
void lock_references();
void unlock_references() noexcept;

}  // namespace brood::arena
