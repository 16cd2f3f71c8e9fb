// SPDX-License-Identifier: MIT
// What managers have in shared memory: a block for each manager, one for each object that it holds, and pages of slots
// in which callers wait for answers.
//
// Requests go through a queue that the manager's block refers to. A request names the slot of its caller; the answer is
// written there, or its message is hung in there. One store of the slot's state says that it came. Who waits also looks
// at whether the manager's process lives: a death wakes all who sleep.
#pragma once

#include "arena/references.hpp"
#include "channel/queue_state.hpp"

#include <brood/detail/remote_call.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace brood::managing {

// ---- a manager ----------------------------------------------------------------------------------------------------

struct manager_state {
    std::atomic<arena::process_tag> server;  // who serves; 0: nobody did yet
    std::atomic<std::int64_t> pid;
    std::array<char, 64> name;
    channel::bell started;                        // at which those sleep who wait for a server
    std::atomic<arena::process_tag> next_server;  // serves, but has not made all objects again
    std::atomic<arena::process_tag> maker;        // who starts another server when one died; 0: nobody (any more)
    std::atomic<std::uint64_t> last_object;       // the number of the object that was made last
    alignas(64) channel::bell bell;               // at which its threads sleep
};
// The word of the block's head that holds its queue; a proxy's block has its manager in its first.
inline constexpr std::size_t queue_word = 0, manager_word = 0;

// The block of an object, as proxies refer to it. When nobody does any more, the manager is told.
struct object_state {
    std::uint64_t id;
    std::uint64_t type;
};

inline manager_state& manager_at(arena::offset block) noexcept {
    return *static_cast<manager_state*>(arena::bytes_of(block));
}
inline arena::offset referred(arena::offset block, std::size_t word) noexcept {
    return std::atomic_ref<std::uint64_t>(arena::head_of(block).own[word]).load(std::memory_order_relaxed);
}
inline detail::channel_core requests_of(const manager_state& manager) noexcept {
    return detail::channel_core(&channel::queue_at(referred(arena::block_of(&manager), queue_word)));
}
// A new manager's block with its queue.
arena::block_handle make_manager_state(const std::string& name);
// An object's block. Throws std::bad_alloc.
arena::block_handle make_object_state(arena::offset manager, std::uint64_t id, std::uint64_t type);

// ---- requests -----------------------------------------------------------------------------------------------------

enum class request_kind : std::uint8_t {
    call,
    create,
    create_again,  // in a new process; the number is the old one's
    destroy,       // nobody waits for an answer
    count,
    find,    // of a connection only: an object by its name
    release  // of a connection only: a proxy ended
};

// In front of a request's parts.
struct request_head {
    std::uint64_t object = 0;  // its number; create: that of its type
    std::uint64_t ticket = 0;  // names the call for good
    std::uint64_t chain = 0;   // the ticket of the call that is waited for by who made this one
    std::uint64_t entry = 0;   // an offset in the program
    arena::offset page = 0;    // where the answer goes; 0: nowhere
    std::uint32_t slot = 0;
    arena::process_tag caller = 0;
    arena::process_tag server = 0;  // who was to serve: another one drops it
    request_kind kind = request_kind::call;
    std::uint8_t how = 0;          // call_access or call_mode
    bool entry_elsewhere = false;  // the whole location follows
    bool flat = false;             // the answer's bytes in one piece, without shared objects
};

// Throw brood::error when the manager was shut down.
void require_open(const manager_state& manager);
void put_request(manager_state& manager, const output_archive& archive);

// ---- slots --------------------------------------------------------------------------------------------------------

enum class answer_kind : std::uint32_t { value, exception };

struct alignas(64) call_slot {
    std::atomic<std::uint32_t> decided;  // the answer is there
    channel::bell bell;
    std::uint32_t index;
    answer_kind kind;
    std::atomic<std::uint64_t> ticket;  // of the call that it waits for
    std::uint64_t message;              // the block that holds the answer, to which the slot has a reference; or 0
    std::uint64_t size;                 // else: how many of these
    std::atomic<arena::offset> told;    // a word at which somebody sleeps who waits for this and others; 0: nobody
    std::uint64_t unused[2];
    std::array<std::byte, 960> bytes;
};
static_assert(sizeof(call_slot) == 1024);

inline constexpr std::uint32_t slots_per_page = 15;
struct slot_page {
    std::atomic<arena::process_tag> owner;
    std::uint32_t watch;  // a word to sleep at
    std::array<call_slot, slots_per_page> slots;
};
inline slot_page& page_at(arena::offset block) noexcept { return *static_cast<slot_page*>(arena::bytes_of(block)); }

arena::block_handle make_slot_page();
// Lets go of an answer that nobody read; it is freed with the next clear_dying().
void drop_message(call_slot& slot);

}  // namespace brood::managing
