// SPDX-License-Identifier: MIT
// The lock word is that of arena/robust_lock.hpp; but a lock whose owner died stays locked until somebody recovers it.
#include <brood/mutex.hpp>

#include "arena/blocks.hpp"
#include "sync/user_lock.hpp"

#include <new>

namespace brood {
namespace {

struct state {
    arena::lock_word word;
};

arena::lock_word& word_of(const detail::shared_object& object) { return object.as<state>().word; }

}  // namespace

mutex::mutex()
    : object_(detail::shared_object::make(arena::kind::mutex, sizeof(state), [](void* at) { new (at) state{}; })) {}

void mutex::lock() { detail::lock_for_user(word_of(object_), {}); }
bool mutex::try_lock() { return detail::try_lock_for_user(word_of(object_)); }
bool mutex::try_lock_until(std::chrono::steady_clock::time_point time) {
    return detail::lock_for_user(word_of(object_), time);
}
void mutex::unlock() { detail::unlock_for_user(word_of(object_)); }
bool mutex::recover() { return detail::recover_for_user(word_of(object_)); }
bool mutex::is_locked() const { return word_of(object_).load() != 0; }

detail::shared_object mutex::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::mutex);
}

}  // namespace brood
