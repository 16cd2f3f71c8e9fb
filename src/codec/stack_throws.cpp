// SPDX-License-Identifier: MIT
#include "codec/stack_throws.hpp"

#include "base/child_path.hpp"
#include "codec/stack.hpp"
#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

namespace brood::detail {
namespace {

// The last throws of all threads, without locks: an exception may be looked at on another thread than the one that
// threw it. The address of an object is used again after its end; then the newest entry is the right one, as all throws
// are recorded.
struct thrown {
    // The number of the throw; changes before and after the rest does, which is how a reader knows.
    std::atomic<std::uint64_t> ticket{0};
    std::atomic<const void*> object{nullptr};
    std::atomic<std::size_t> depth{0};
    std::array<std::atomic<std::uintptr_t>, max_stack_depth> places{};
};
constexpr std::uint64_t being_written = ~std::uint64_t{0};

constinit std::array<thrown, 128> ring;
constinit std::atomic<std::uint64_t> last_ticket{0};

constinit thread_local int paused = 0;

void remember_throw(const void* object, std::span<const std::uintptr_t> stack) noexcept {
    if (paused > 0) return;
    const auto ticket = ++last_ticket;
    auto& entry = ring[ticket % ring.size()];
    auto seen = entry.ticket.load();
    if (seen == being_written || !entry.ticket.compare_exchange_strong(seen, being_written)) return;
    const auto depth = std::min(stack.size(), max_stack_depth);
    entry.object.store(object, std::memory_order_release);
    entry.depth.store(depth, std::memory_order_release);
    for (std::size_t i = 0; i < depth; ++i) entry.places[i].store(stack[i], std::memory_order_release);
    entry.ticket.store(ticket, std::memory_order_release);
}

struct found_throw {
    std::uint64_t ticket = 0;
    std::vector<std::uintptr_t> stack;
};

// Replaces `best` if the entry is a newer throw of the object.
void look_at(const thrown& entry, const void* object, found_throw& best) {
    const auto ticket = entry.ticket.load(std::memory_order_acquire);
    if (ticket == being_written || ticket <= best.ticket) return;
    if (entry.object.load(std::memory_order_acquire) != object) return;
    std::vector<std::uintptr_t> stack(entry.depth.load(std::memory_order_acquire));
    for (std::size_t i = 0; i < stack.size(); ++i) stack[i] = entry.places[i].load(std::memory_order_acquire);
    if (entry.ticket.load(std::memory_order_relaxed) == ticket) best = {ticket, std::move(stack)};
}

}  // namespace

throw_recording_pause::throw_recording_pause() noexcept { ++paused; }
throw_recording_pause::~throw_recording_pause() { --paused; }

const void* object_of(const std::exception_ptr& exception) noexcept {
    static_assert(sizeof exception == sizeof(const void*), "an exception_ptr is a pointer to the thrown object");
    const void* object = nullptr;
    std::memcpy(&object, &exception, sizeof object);
    return object;
}

BROOD_CHILD_PATH void record_throws() noexcept { platform::observe_throws(remember_throw); }

std::vector<std::uintptr_t> thrown_stack(const std::exception_ptr& exception) {
    found_throw newest;
    if (const void* object = object_of(exception)) {
        for (const auto& entry : ring) look_at(entry, object, newest);
    }
    return std::move(newest.stack);
}

}  // namespace brood::detail
