// SPDX-License-Identifier: MIT
#include "codec/stack_throws.hpp"

#include "codec/stack.hpp"
#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace brood::detail {
namespace {

struct thrown {
    const void* object = nullptr;
    std::size_t depth = 0;
    std::uintptr_t places[max_stack_depth];
};

// The last throws of a thread: destructors that run while one exception is on its way may throw and catch others.
struct recent_throws {
    std::array<thrown, 4> ring{};
    std::size_t next = 0;
    int paused = 0;
};

constinit thread_local recent_throws recent;

void remember_throw(const void* object, std::span<const std::uintptr_t> stack) noexcept {
    if (recent.paused > 0) return;
    auto& entry = recent.ring[recent.next];
    recent.next = (recent.next + 1) % recent.ring.size();
    entry.object = object;
    entry.depth = std::min(stack.size(), max_stack_depth);
    std::copy_n(stack.begin(), entry.depth, entry.places);
}

}  // namespace

throw_recording_pause::throw_recording_pause() noexcept { ++recent.paused; }
throw_recording_pause::~throw_recording_pause() { --recent.paused; }

const void* object_of(const std::exception_ptr& exception) noexcept {
    static_assert(sizeof exception == sizeof(const void*), "an exception_ptr is a pointer to the thrown object");
    const void* object = nullptr;
    std::memcpy(&object, &exception, sizeof object);
    return object;
}

void record_throws() noexcept {
    recent.next = 0;  // where thread-local memory is allocated on first use, that happens now
    platform::observe_throws(remember_throw);
}

std::span<const std::uintptr_t> thrown_stack(const std::exception_ptr& exception) noexcept {
    const void* object = object_of(exception);
    const auto size = recent.ring.size();
    for (std::size_t age = 1; object && age <= size; ++age) {
        const auto& entry = recent.ring[(recent.next + size - age) % size];
        if (entry.object == object) return {entry.places, entry.depth};
    }
    return {};
}

}  // namespace brood::detail
