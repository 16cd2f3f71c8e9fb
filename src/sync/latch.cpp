// SPDX-License-Identifier: MIT
#include <brood/latch.hpp>

#include "arena/blocks.hpp"
#include "sync/sleep.hpp"

#include <new>
#include <stdexcept>

namespace brood {
namespace {

struct state {
    std::atomic<std::int64_t> count;
};

std::atomic<std::int64_t>& count_of(const detail::shared_object& object) { return object.as<state>().count; }

bool wait_for_zero(const detail::shared_object& object, platform::deadline until) {
    auto& count = count_of(object);
    return detail::sleep_until(
        &count, until, [&] { return count.load() == 0; }, [&] { return count.load() != 0; });
}

}  // namespace

latch::latch(std::ptrdiff_t expected) {
    if (expected < 0) throw std::invalid_argument("a latch cannot begin below zero");
    object_ =
        detail::shared_object::make(arena::kind::latch, sizeof(state), [&](void* at) { new (at) state{expected}; });
}

void latch::count_down(std::ptrdiff_t update) {
    auto& count = count_of(object_);
    auto seen = count.load();
    do {
        if (update < 0 || update > seen) throw std::logic_error("a latch was counted down by more than was left");
    } while (!count.compare_exchange_weak(seen, seen - update));
    if (seen == update) arena::wake(&count, arena::everybody);
}

bool latch::try_wait() const { return count_of(object_).load() == 0; }
void latch::wait() const { wait_for_zero(object_, {}); }
bool latch::wait_until(std::chrono::steady_clock::time_point time) const { return wait_for_zero(object_, time); }
void latch::arrive_and_wait(std::ptrdiff_t update) {
    count_down(update);
    wait();
}

detail::shared_object latch::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::latch);
}

}  // namespace brood
