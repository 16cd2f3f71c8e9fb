// SPDX-License-Identifier: MIT
// All changes are made under a lock. Whoever finds that its owner died breaks the barrier, which is right in whatever
// state the dead one left it, since reset() sets everything anew.
#include <brood/barrier.hpp>

#include "arena/blocks.hpp"
#include "arena/robust_lock.hpp"
#include "sync/sleep.hpp"

#include <array>
#include <limits>
#include <new>
#include <span>
#include <stdexcept>

namespace brood {
namespace {

constexpr std::size_t resets_known = 16;

struct state {
    arena::lock_word lock;
    std::uint32_t parties;
    std::atomic<std::uint64_t> phase;  // how many have ended, by the last arrival or by reset()
    std::atomic<std::uint32_t> broken;
    std::atomic<std::uint32_t> arrived;
    std::uint64_t resets;                                  // how many phases ended by reset(),
    std::array<std::uint64_t, resets_known> reset_phases;  // and which, the last ones
    // behind it: arena::process_tag of each that arrived
};

state& state_of(const detail::shared_object& object) { return object.as<state>(); }

std::span<arena::process_tag> arrivals(state& self) noexcept {
    return {reinterpret_cast<arena::process_tag*>(&self + 1), self.parties};
}

void break_up(state& self) noexcept {
    self.broken = 1;
    arena::wake(&self.phase, arena::everybody);
}

class guard {
public:
    explicit guard(state& self) : self_(self) {
        if (arena::acquire(self.lock) == arena::acquired::from_the_dead) break_up(self);
    }
    ~guard() { arena::release(self_.lock); }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

private:
    state& self_;
};

[[noreturn]] void throw_broken() { throw broken_barrier("the barrier is broken"); }

// With the lock held.
void begin_phase(state& self) noexcept {
    self.arrived = 0;
    ++self.phase;
    arena::wake(&self.phase, arena::everybody);
}

bool was_reset(const state& self, std::uint64_t phase) noexcept {
    for (std::uint64_t i = self.resets; i > 0 && self.resets - i < resets_known; --i)
        if (self.reset_phases[(i - 1) % resets_known] == phase) return true;
    return false;
}

struct arrival {
    std::uint64_t phase;
    std::size_t index;
};

arrival arrive(state& self) {
    const guard locked(self);
    if (self.broken.load() != 0) throw_broken();
    const std::uint32_t index = self.arrived.load();
    arrivals(self)[index] = arena::own_tag.load();
    self.arrived = index + 1;
    const arrival mine{self.phase.load(), index};
    if (index + 1 == self.parties) begin_phase(self);
    return mine;
}

// After its phase ended, the barrier broke, or the time came.
std::optional<std::size_t> leave(state& self, const arrival& mine) {
    const guard locked(self);
    if (self.phase.load() != mine.phase) {
        if (was_reset(self, mine.phase)) throw_broken();
        return mine.index;
    }
    if (self.broken.load() != 0) throw_broken();
    break_up(self);
    return {};
}

std::optional<std::size_t> arrive_and_wait_at(state& self, platform::deadline until) {
    const arrival mine = arrive(self);
    if (mine.index + 1 == self.parties) return mine.index;
    const auto waits = [&] { return self.phase.load() == mine.phase && self.broken.load() == 0; };
    detail::sleep_until(
        &self.phase, until, [&] { return !waits(); }, waits);
    return leave(self, mine);
}

// With the lock held.
bool is_waiting(state& self, arena::process_tag process) noexcept {
    for (const auto tag : arrivals(self).first(self.arrived.load()))
        if (tag == process) return true;
    return false;
}

void process_died(arena::offset block, arena::process_tag dead, bool violently) {
    auto& self = *static_cast<state*>(arena::bytes_of(block));
    const guard locked(self);
    if (violently || is_waiting(self, dead)) break_up(self);
}

// Known in every process of the program, also in those that only clear up after others: where this file is linked its
// initialiser runs, and only then can any of them have made a barrier.
bool know_kind() noexcept {
    arena::register_kind(arena::kind::barrier, {nullptr, &process_died});
    return true;
}
[[maybe_unused]] const bool known = know_kind();

}  // namespace

barrier::barrier(std::ptrdiff_t parties) {
    if (parties < 1 || parties > std::numeric_limits<std::int32_t>::max())
        throw std::invalid_argument("a barrier has at least one party");
    know_kind();
    const auto size = sizeof(state) + static_cast<std::size_t>(parties) * sizeof(arena::process_tag);
    object_ = detail::shared_object::make(arena::kind::barrier, size, [&](void* at) {
        (new (at) state{})->parties = static_cast<std::uint32_t>(parties);
    });
}

std::size_t barrier::arrive_and_wait() { return *arrive_and_wait_at(state_of(object_), {}); }
std::optional<std::size_t> barrier::arrive_and_wait_until(std::chrono::steady_clock::time_point time) {
    return arrive_and_wait_at(state_of(object_), time);
}

void barrier::abort() {
    auto& self = state_of(object_);
    const guard locked(self);
    break_up(self);
}

void barrier::reset() {
    auto& self = state_of(object_);
    const guard locked(self);
    self.reset_phases[self.resets % resets_known] = self.phase.load();
    ++self.resets;
    begin_phase(self);
    self.broken = 0;
}

bool barrier::is_broken() const { return state_of(object_).broken.load() != 0; }
std::size_t barrier::n_waiting() const { return is_broken() ? 0 : state_of(object_).arrived.load(); }
std::size_t barrier::parties() const { return state_of(object_).parties; }

detail::shared_object barrier::load_object(input_archive& archive) {
    know_kind();
    return detail::shared_object::load(archive, arena::kind::barrier);
}

}  // namespace brood
