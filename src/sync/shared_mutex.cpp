// SPDX-License-Identifier: MIT
// The shares that each process has stand in a row with its tag, so those of the dead are known and do not count.
// Changes are made under a lock, each by one store: whoever takes that lock from a dead process finds nothing half
// done.
#include <brood/shared_mutex.hpp>

#include "arena/blocks.hpp"
#include "arena/robust_lock.hpp"
#include "sync/sleep.hpp"
#include "sync/user_lock.hpp"

#include <array>
#include <new>
#include <stdexcept>

namespace brood {
namespace {

constexpr std::size_t row_limit = 240;

struct state {
    arena::lock_word lock;
    std::atomic<arena::process_tag> writer;
    std::atomic<arena::process_tag> next_writer;  // of one that waits; readers do not pass it while others read
    std::atomic<std::uint32_t> rows_used;         // no row in use has a higher index
    detail::sleepers_hint sleepers;
    std::array<std::atomic<std::uint64_t>, row_limit> rows;  // process_tag << 32 | shares; 0: free
};

enum class role : std::uint8_t { reader, writer };
enum class outcome : std::uint8_t { locked, blocked, abandoned };

state& state_of(const detail::shared_object& object) { return object.as<state>(); }
arena::process_tag tag_in(std::uint64_t row) noexcept { return static_cast<arena::process_tag>(row >> 32); }
bool counts(std::uint64_t row) noexcept { return row != 0 && arena::is_living(tag_in(row)); }

class guard {
public:
    explicit guard(state& self) : self_(self) { arena::acquire(self.lock); }
    ~guard() { arena::release(self_.lock); }
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;

private:
    state& self_;
};

bool is_read(const state& self) noexcept {
    for (std::uint32_t i = 0; i < self.rows_used.load(); ++i)
        if (counts(self.rows[i].load())) return true;
    return false;
}

// With the lock held: this process's row, or one that it can have, or null when all are taken.
std::atomic<std::uint64_t>* find_row(state& self) noexcept {
    const arena::process_tag me = arena::own_tag.load();
    std::atomic<std::uint64_t>* free = nullptr;
    for (auto& row : self.rows) {
        const auto seen = row.load();
        if (tag_in(seen) == me) return &row;
        if (free == nullptr && !counts(seen)) free = &row;
        if (free != nullptr && &row - self.rows.data() >= self.rows_used.load()) break;
    }
    return free;
}

bool has_room(const state& self) noexcept {
    for (const auto& row : self.rows)
        if (!counts(row.load()) || tag_in(row.load()) == arena::own_tag.load()) return true;
    return false;
}

// What stands in the way of it at this moment; without the lock a hint.
outcome look(const state& self, role wanted) noexcept {
    if (const auto writer = self.writer.load(); writer != 0)
        return arena::is_living(writer) ? outcome::blocked : outcome::abandoned;
    if (wanted == role::writer) return is_read(self) ? outcome::blocked : outcome::locked;
    const auto next = self.next_writer.load();
    const bool yields = next != 0 && arena::is_living(next) && is_read(self);
    return yields || !has_room(self) ? outcome::blocked : outcome::locked;
}

// With the lock held, when nothing stands in the way.
void enter(state& self, role wanted) noexcept {
    const arena::process_tag me = arena::own_tag.load();
    if (wanted == role::writer) {
        self.writer = me;
        return;
    }
    auto& row = *find_row(self);
    const auto index = static_cast<std::uint32_t>(&row - self.rows.data());
    if (self.rows_used.load() <= index) self.rows_used = index + 1;
    const auto seen = row.load();
    row = tag_in(seen) == me ? seen + 1 : std::uint64_t{me} << 32 | 1;
}

outcome attempt(state& self, role wanted) {
    const guard locked(self);
    const outcome now = look(self, wanted);
    if (now == outcome::locked) enter(self, wanted);
    return now;
}

void wake_all(const state& self) noexcept { self.sleepers.wake(arena::everybody); }

// Keeps new readers out, for one writer that waits.
class claim {
public:
    explicit claim(state& self) noexcept : self_(self) {}
    // Unless another one has claimed it that still lives.
    void take() noexcept {
        if (mine_) return;
        auto seen = self_.next_writer.load();
        if (seen == 0 || !arena::is_living(seen))
            mine_ = self_.next_writer.compare_exchange_strong(seen, arena::own_tag.load());
    }
    ~claim() {
        if (!mine_) return;
        self_.next_writer = 0;
        wake_all(self_);
    }
    claim(const claim&) = delete;
    claim& operator=(const claim&) = delete;

private:
    state& self_;
    bool mine_ = false;
};

// False when the time came first. Throws owner_died.
bool wait_for_turn(state& self, role wanted, platform::deadline until) {
    outcome now = attempt(self, wanted);
    if (now == outcome::blocked) {
        claim first(self);
        const detail::sleepers_hint::entry counted(self.sleepers);
        const auto retry = [&] {
            if (wanted == role::writer) first.take();
            if (look(self, wanted) == outcome::blocked) return false;
            now = attempt(self, wanted);
            return now != outcome::blocked;
        };
        detail::sleep_until(&self.sleepers, until, retry, [&] { return look(self, wanted) == outcome::blocked; });
    }
    if (now == outcome::abandoned) detail::throw_owner_died();
    return now == outcome::locked;
}

bool try_now(state& self, role wanted) {
    const outcome now = attempt(self, wanted);
    if (now == outcome::abandoned) detail::throw_owner_died();
    return now == outcome::locked;
}

// Whether this process is now the writer in the place of a dead one.
bool take_from_the_dead(state& self) {
    const guard locked(self);
    const auto writer = self.writer.load();
    if (writer == 0 || arena::is_living(writer)) return false;
    self.writer = arena::own_tag.load();
    return true;
}

}  // namespace

shared_mutex::shared_mutex()
    : object_(
          detail::shared_object::make(arena::kind::shared_mutex, sizeof(state), [](void* at) { new (at) state{}; })) {}

void shared_mutex::lock() { wait_for_turn(state_of(object_), role::writer, {}); }
bool shared_mutex::try_lock() { return try_now(state_of(object_), role::writer); }
bool shared_mutex::try_lock_until(std::chrono::steady_clock::time_point time) {
    return wait_for_turn(state_of(object_), role::writer, time);
}
void shared_mutex::unlock() {
    auto& self = state_of(object_);
    if (self.writer.load() != arena::own_tag.load())
        throw std::logic_error("this process does not hold the lock that it wants to unlock");
    self.writer = 0;
    wake_all(self);
}
bool shared_mutex::recover() {
    auto& self = state_of(object_);
    for (;;) {
        if (take_from_the_dead(self)) return true;
        try {
            lock();
            return false;
        } catch (const owner_died&) {
            // it died while this thread waited
        }
    }
}

void shared_mutex::lock_shared() { wait_for_turn(state_of(object_), role::reader, {}); }
bool shared_mutex::try_lock_shared() { return try_now(state_of(object_), role::reader); }
bool shared_mutex::try_lock_shared_until(std::chrono::steady_clock::time_point time) {
    return wait_for_turn(state_of(object_), role::reader, time);
}
void shared_mutex::unlock_shared() {
    auto& self = state_of(object_);
    {
        const guard locked(self);
        auto* const row = find_row(self);
        const auto seen = row == nullptr ? 0 : row->load();
        if (tag_in(seen) != arena::own_tag.load())
            throw std::logic_error("this process has no share of the lock that it wants to unlock");
        const bool last = static_cast<std::uint32_t>(seen) == 1;
        *row = last ? 0 : seen - 1;
        if (!last) return;
    }
    wake_all(self);
}

detail::shared_object shared_mutex::load_object(input_archive& archive) {
    return detail::shared_object::load(archive, arena::kind::shared_mutex);
}

}  // namespace brood
