// SPDX-License-Identifier: MIT
// Who waits is registered as a sleeper before it unlocks, so that no notification comes in between; there is nothing to
// look at but whether a wake was meant for it.
#include <brood/condition_variable.hpp>

#include "arena/blocks.hpp"
#include "sync/sleep.hpp"

#include <new>
#include <stdexcept>

namespace brood {
namespace {

struct state {
    detail::sleepers_hint sleepers;
};

state& state_of(const detail::shared_object& object) { return object.as<state>(); }

// Whether a wake ended it. Unlocks while it sleeps.
bool sleep_unlocked(state& self, std::unique_lock<mutex>& lock, platform::deadline until) {
    if (!lock.owns_lock()) throw std::logic_error("a condition variable was waited for without its lock");
    const detail::sleepers_hint::entry counted(self.sleepers);
    arena::waiting sleeper(&self.sleepers);
    lock.unlock();
    while (!sleeper.woken() && !detail::is_past(until)) sleeper.sleep(until);
    return !sleeper.give_up();
}

}  // namespace

condition_variable::condition_variable()
    : object_(detail::shared_object::make(arena::kind::condition, sizeof(state), [](void* at) { new (at) state{}; })) {}

void condition_variable::notify_one() { state_of(object_).sleepers.wake(1); }
void condition_variable::notify_all() { state_of(object_).sleepers.wake(arena::everybody); }

void condition_variable::wait(std::unique_lock<mutex>& lock) {
    sleep_unlocked(state_of(object_), lock, {});
    lock.lock();
}

std::cv_status condition_variable::wait_until(std::unique_lock<mutex>& lock,
                                              std::chrono::steady_clock::time_point time) {
    const bool woken = sleep_unlocked(state_of(object_), lock, time);
    lock.lock();
    return woken ? std::cv_status::no_timeout : std::cv_status::timeout;
}

detail::shared_object condition_variable::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::condition);
}

}  // namespace brood
