// SPDX-License-Identifier: MIT
#include "sync/counter.hpp"

#include <algorithm>
#include <new>
#include <stdexcept>

namespace brood::detail {
namespace {

struct counter {
    std::atomic<std::int64_t> value;
    std::int64_t most;
    sleepers_hint sleepers;
};

counter& counter_of(const shared_object& object) { return object.as<counter>(); }

bool take(counter& self) noexcept {
    for (auto value = self.value.load(); value > 0;)
        if (self.value.compare_exchange_weak(value, value - 1)) return true;
    return false;
}

}  // namespace

shared_object make_counter(arena::kind what, std::ptrdiff_t initial, std::ptrdiff_t most) {
    if (initial < 0) throw std::invalid_argument("a semaphore cannot begin below zero");
    return shared_object::make(what, sizeof(counter), [&](void* at) { new (at) counter{initial, most, {}}; });
}

bool try_take_one(const shared_object& object) { return take(counter_of(object)); }

bool take_one(const shared_object& object, platform::deadline until) {
    auto& self = counter_of(object);
    if (take(self)) return true;
    const sleepers_hint::entry counted(self.sleepers);
    return sleep_until(
        &self.sleepers, until, [&] { return take(self); }, [&] { return self.value.load() <= 0; });
}

void give(const shared_object& object, std::ptrdiff_t update) {
    auto& self = counter_of(object);
    if (update < 0) throw std::logic_error("a semaphore cannot be released a negative number of times");
    for (auto value = self.value.load();;) {
        if (update > self.most - value) throw std::logic_error("a semaphore was released more often than it can be");
        if (self.value.compare_exchange_weak(value, value + update)) break;
    }
    constexpr std::int64_t all = arena::everybody;
    self.sleepers.wake(static_cast<std::uint32_t>(std::min<std::int64_t>(update, all)));
}

std::ptrdiff_t count_of(const shared_object& object) { return counter_of(object).value.load(); }
std::ptrdiff_t most_of(const shared_object& object) { return counter_of(object).most; }

}  // namespace brood::detail
