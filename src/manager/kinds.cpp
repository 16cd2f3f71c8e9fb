// SPDX-License-Identifier: MIT
#include "manager/kinds.hpp"

#include "channel/kinds.hpp"
#include "channel/patience.hpp"
#include "manager/state.hpp"

#include <brood/error.hpp>

#include <cstring>
#include <exception>

namespace brood::managing {
namespace {

void let_go(arena::offset block, std::size_t which) {
    arena::transaction change;
    auto& word = arena::head_of(block).own[which];
    const arena::offset other = change.read(word);
    if (other == 0) return;
    change.write(word, 0);
    arena::drop_reference(change, other);
    change.commit();
}

bool clear_manager(arena::offset block) {
    let_go(block, queue_word);
    return true;
}

void ask_to_destroy(manager_state& manager, std::uint64_t object) {
    const auto server = manager.server.load();
    if (server == 0 || !arena::is_living(server)) return;
    request_head head;
    head.kind = request_kind::destroy;
    head.object = object;
    head.server = server;
    output_archive archive({.handles = false});
    archive.write(&head, sizeof head);
    put_request(manager, archive);
}

// Asking twice, after a death, does no harm: numbers are not used again. The manager's block lives: this one still
// refers to it.
bool clear_object(arena::offset block) {
    const arena::offset manager = referred(block, manager_word);
    try {
        if (manager != 0) ask_to_destroy(manager_at(manager), static_cast<object_state*>(arena::bytes_of(block))->id);
    } catch (const std::exception&) {
        // it was shut down, or memory is short: then the object ends with its manager
    }
    let_go(block, manager_word);
    return true;
}

bool clear_page(arena::offset block) {
    for (auto& slot : page_at(block).slots) drop_message(slot);
    return true;
}

// Each process of a program that uses managers may clear up after another.
[[maybe_unused]] const bool registered = (register_managing(), true);

}  // namespace

void register_managing() noexcept {
    [[maybe_unused]] static const bool done = [] {
        channel::register_channels();
        arena::register_kind(arena::kind::manager, {.clear = &clear_manager});
        arena::register_kind(arena::kind::managed_object, {.clear = &clear_object});
        arena::register_kind(arena::kind::call_slots, {.clear = &clear_page});
        return true;
    }();
}

arena::block_handle make_manager_state(const std::string& name) {
    register_managing();
    const auto queue = channel::make_queue(channel::no_capacity, 0, true);
    auto made = arena::make_object(arena::kind::manager, sizeof(manager_state), [&](void* at) {
        std::memset(at, 0, sizeof(manager_state));
        auto& known = static_cast<manager_state*>(at)->name;
        std::memcpy(known.data(), name.data(), std::min(name.size(), known.size() - 1));
    });
    arena::transaction change;
    change.write(arena::head_of(made->block()).own[queue_word], queue->block());
    arena::add_reference(change, queue->block());
    change.commit();
    return made;
}

arena::block_handle make_object_state(arena::offset manager, std::uint64_t id, std::uint64_t type) {
    auto made = arena::make_object(arena::kind::managed_object, sizeof(object_state), [&](void* at) {
        *static_cast<object_state*>(at) = {id, type};
    });
    arena::transaction change;
    change.write(arena::head_of(made->block()).own[manager_word], manager);
    arena::add_reference(change, manager);
    change.commit();
    return made;
}

arena::block_handle make_slot_page() {
    register_managing();
    return arena::make_object(arena::kind::call_slots, sizeof(slot_page), [](void* at) {
        std::memset(at, 0, sizeof(slot_page));
        auto& page = *static_cast<slot_page*>(at);
        page.owner = arena::own_tag.load();
        for (std::uint32_t i = 0; i < slots_per_page; ++i) page.slots[i].index = i;
    });
}

void drop_message(call_slot& slot) {
    arena::transaction change;
    const arena::offset message = change.read(slot.message);
    if (message == 0) return;
    change.write(slot.message, 0);
    arena::drop_reference(change, message);
    change.commit();
}

namespace {

[[noreturn]] void throw_shut_down(const manager_state& manager) {
    throw error(std::string("the manager '") + manager.name.data() + "' was shut down");
}

}  // namespace

void require_open(const manager_state& manager) {
    if (requests_of(manager).is_closed()) throw_shut_down(manager);
}

void put_request(manager_state& manager, const output_archive& archive) {
    if (requests_of(manager).put(archive, {}) != detail::channel_result::done) throw_shut_down(manager);
    channel::ring_bell(manager.bell);
}

}  // namespace brood::managing
