// SPDX-License-Identifier: MIT
// A block of kind `container`: the lock and the size of the value, then the value. What containers within it allocate
// are blocks of kind `bytes` in a list that hangs on its head, so that nothing of it outlives the object, in whatever
// instruction a process dies: the block and its place in the list come and go in one change.
#include <brood/detail/guarded_block.hpp>

#include "arena/references.hpp"
#include "sync/shared_data.hpp"
#include "sync/user_lock.hpp"

#include <stdexcept>

namespace brood::detail {
namespace {

struct state {
    arena::lock_word word;
    std::uint64_t size;
};

// Words of the heads: of the object, the first block of its list; of a block, its neighbours and the object.
constexpr std::size_t first = 0;
constexpr std::size_t next = 0, previous = 1, owner_word = 2;
constexpr std::size_t freed_at_once = 20;  // blocks in one change

std::uint64_t& word_of(arena::offset block, std::size_t which) { return arena::head_of(block).own[which]; }

void link(arena::transaction& change, arena::offset owner, arena::offset block) {
    const arena::offset second = change.read(word_of(owner, first));
    change.write(word_of(block, next), second);
    change.write(word_of(block, owner_word), owner);
    if (second != 0) change.write(word_of(second, previous), block);
    change.write(word_of(owner, first), block);
}

void unlink(arena::transaction& change, arena::offset owner, arena::offset block) {
    const arena::offset after = change.read(word_of(block, next)), before = change.read(word_of(block, previous));
    change.write(before == 0 ? word_of(owner, first) : word_of(before, next), after);
    if (after != 0) change.write(word_of(after, previous), before);
}

// True when none is left.
bool free_some(arena::offset owner) {
    arena::transaction change;
    for (std::size_t i = 0; i < freed_at_once; ++i) {
        const arena::offset block = change.read(word_of(owner, first));
        if (block == 0) break;
        unlink(change, owner, block);
        arena::give_block(change, block);
    }
    const bool done = change.read(word_of(owner, first)) == 0;
    change.commit();
    return done;
}

arena::lock_word& lock_of(const shared_object& object) { return object.as<state>().word; }

}  // namespace

void register_container_kind() noexcept {
    arena::register_kind(arena::kind::container, {.clear = &free_some, .process_died = nullptr});
}

guarded_block guarded_block::make(std::size_t size) {
    register_shared_data();
    guarded_block made;
    made.object_ = shared_object::of(arena::make_zero_object(arena::kind::container, value_at + size));
    made.object_.as<state>().size = size;
    return made;
}

storage_owner guarded_block::storage() const {
    static_cast<void>(object_.bytes());  // there must be one
    return {object_.held()->block()};
}

void guarded_block::free_storage() const {
    while (!free_some(storage().block)) {
    }
}

void guarded_block::lock() const { lock_for_user(lock_of(object_), {}); }
bool guarded_block::try_lock() const { return try_lock_for_user(lock_of(object_)); }
bool guarded_block::try_lock_until(std::chrono::steady_clock::time_point time) const {
    return lock_for_user(lock_of(object_), time);
}
bool guarded_block::recover() const { return recover_for_user(lock_of(object_)); }

void guarded_block::unlock() const noexcept {
    try {
        unlock_for_user(lock_of(object_));
    } catch (const std::logic_error&) {
        // not this process's lock
    }
}

guarded_block guarded_block::load(input_archive& archive, std::size_t size) {
    register_shared_data();
    guarded_block loaded;
    loaded.object_ = shared_object::load(archive, arena::kind::container);
    if (loaded.object_ && loaded.object_.as<state>().size != size)
        throw serialization_error("a shared value of another size");
    return loaded;
}

void* allocate_shared(storage_owner owner, std::size_t size) {
    if (owner.block == 0) return ::operator new(size);
    arena::transaction change;
    const arena::offset block = arena::take_block(change, arena::kind::bytes, size);
    link(change, owner.block, block);
    change.commit();
    return arena::bytes_of(block);
}

// What a recovered, half-changed container frees may have been freed before: then it is not this owner's any more.
void free_shared(storage_owner owner, void* memory) noexcept {
    if (owner.block == 0) return ::operator delete(memory);
    const arena::offset block = arena::block_of(memory);
    arena::transaction change;
    const auto& h = arena::head_of(block);
    if (change.read(h.kind) != static_cast<std::uint64_t>(arena::kind::bytes) ||
        change.read(h.own[owner_word]) != owner.block)
        return;
    unlink(change, owner.block, block);
    arena::give_block(change, block);
    change.commit();
}

}  // namespace brood::detail
