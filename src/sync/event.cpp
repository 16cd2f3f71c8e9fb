// SPDX-License-Identifier: MIT
// A number that grows with each set() and clear(): odd while the event is set. Who waits has seen an even one, and goes
// as soon as it is another.
#include <brood/event.hpp>

#include "arena/blocks.hpp"
#include "arena/wait_set.hpp"
#include "sync/sleep.hpp"

#include <new>

namespace brood {
namespace {

struct state {
    std::atomic<std::uint64_t> changes;
};

std::atomic<std::uint64_t>& changes_of(const detail::shared_object& object) { return object.as<state>().changes; }
bool is_odd(std::uint64_t number) noexcept { return (number & 1) != 0; }

bool wait_for_change(std::atomic<std::uint64_t>& changes, platform::deadline until) {
    const auto seen = changes.load();
    if (is_odd(seen)) return true;
    return detail::sleep_until(
        &changes, until, [&] { return changes.load() != seen; }, [&] { return changes.load() == seen; });
}

}  // namespace

event::event()
    : object_(detail::shared_object::make(arena::kind::event, sizeof(state), [](void* at) { new (at) state{}; })) {}

void event::set() {
    auto& changes = changes_of(object_);
    auto seen = changes.load();
    if (!is_odd(seen) && changes.compare_exchange_strong(seen, seen + 1)) arena::wake(&changes, arena::everybody);
}

void event::clear() {
    auto& changes = changes_of(object_);
    auto seen = changes.load();
    if (is_odd(seen)) changes.compare_exchange_strong(seen, seen + 1);
}

bool event::is_set() const { return is_odd(changes_of(object_).load()); }
void event::wait() const { wait_for_change(changes_of(object_), {}); }
bool event::wait_until(std::chrono::steady_clock::time_point time) const {
    return wait_for_change(changes_of(object_), time);
}

void event::join_wait(detail::wait_set& set) const {
    auto& changes = changes_of(object_);
    const auto seen = changes.load();
    set.add({.is_ready = [&changes, seen] { return is_odd(seen) || changes.load() != seen; }, .word = &changes});
}

detail::shared_object event::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::event);
}

}  // namespace brood
