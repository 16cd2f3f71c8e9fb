// SPDX-License-Identifier: MIT
// A user's lock, and beside it who has it how often: written only by the owner.
#include <brood/recursive_mutex.hpp>

#include "arena/blocks.hpp"
#include "sync/user_lock.hpp"

#include <new>
#include <stdexcept>

namespace brood {
namespace {

struct state {
    arena::lock_word word;
    std::atomic<std::uint64_t> owner;  // process_tag and the number of the thread in it; 0 while it is unlocked
    std::uint64_t depth;
};

state& state_of(const detail::shared_object& object) { return object.as<state>(); }

// With the process in it, a number that a dead owner left is never that of a living thread.
std::uint64_t this_thread() noexcept {
    static std::atomic<std::uint32_t> last{0};
    static thread_local const std::uint32_t number = ++last;
    return std::uint64_t{arena::own_tag.load(std::memory_order_relaxed)} << 32 | number;
}

bool lock_again(state& self) noexcept {
    if (self.owner.load(std::memory_order_relaxed) != this_thread()) return false;
    ++self.depth;
    return true;
}

void take(state& self) noexcept {
    self.depth = 1;
    self.owner.store(this_thread(), std::memory_order_relaxed);
}

}  // namespace

recursive_mutex::recursive_mutex()
    : object_(detail::shared_object::make(arena::kind::recursive_mutex, sizeof(state),
                                          [](void* at) { new (at) state{}; })) {}

void recursive_mutex::lock() {
    auto& self = state_of(object_);
    if (lock_again(self)) return;
    detail::lock_for_user(self.word, {});
    take(self);
}

bool recursive_mutex::try_lock() {
    auto& self = state_of(object_);
    if (lock_again(self)) return true;
    if (!detail::try_lock_for_user(self.word)) return false;
    take(self);
    return true;
}

bool recursive_mutex::try_lock_until(std::chrono::steady_clock::time_point time) {
    auto& self = state_of(object_);
    if (lock_again(self)) return true;
    if (!detail::lock_for_user(self.word, time)) return false;
    take(self);
    return true;
}

void recursive_mutex::unlock() {
    auto& self = state_of(object_);
    if (self.owner.load(std::memory_order_relaxed) != this_thread())
        throw std::logic_error("this thread does not hold the lock that it wants to unlock");
    if (--self.depth != 0) return;
    self.owner.store(0, std::memory_order_relaxed);
    detail::unlock_for_user(self.word);
}

bool recursive_mutex::recover() {
    auto& self = state_of(object_);
    if (lock_again(self)) return false;
    const bool died = detail::recover_for_user(self.word);
    take(self);
    return died;
}

bool recursive_mutex::is_locked() const { return state_of(object_).word.load() != 0; }

detail::shared_object recursive_mutex::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::recursive_mutex);
}

}  // namespace brood
