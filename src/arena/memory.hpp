// SPDX-License-Identifier: MIT
// This process's view of the session's memory: where it is mapped, and who this process is there.
#pragma once

#include "arena/layout.hpp"

#include <atomic>

namespace brood::arena {

// Set once, before any other thread of brood's can look; null while this process has no session memory.
extern std::atomic<std::byte*> base;
// The tag of this process; 0 while it has none.
extern std::atomic<process_tag> own_tag;

inline header& head() noexcept { return *reinterpret_cast<header*>(base.load(std::memory_order_relaxed)); }

template <class T>
T* at(offset place) noexcept {
    return reinterpret_cast<T*>(base.load(std::memory_order_relaxed) + place);
}
inline offset place_of(const void* address) noexcept {
    return static_cast<offset>(static_cast<const std::byte*>(address) - base.load(std::memory_order_relaxed));
}

inline sleeper* sleepers() noexcept { return at<sleeper>(sleepers_at); }
inline span_row* spans() noexcept { return at<span_row>(spans_at); }

inline constexpr std::uint64_t make_who(process_state state, process_tag tag) noexcept {
    return static_cast<std::uint64_t>(state) << 32 | tag;
}
inline constexpr process_state state_of(std::uint64_t who) noexcept { return static_cast<process_state>(who >> 32); }
inline constexpr process_tag tag_of(std::uint64_t who) noexcept { return static_cast<process_tag>(who); }

// Whether that process may still do something. False, for good, from the moment its death was noticed.
inline bool is_living(process_tag tag) noexcept {
    const auto who = head().processes[record_of(tag)].who.load();
    return tag_of(who) == tag && (state_of(who) == process_state::living || state_of(who) == process_state::reserved);
}

}  // namespace brood::arena
