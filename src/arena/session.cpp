// SPDX-License-Identifier: MIT
#include "arena/session.hpp"
#include "base/child_path.hpp"

#include "arena/blocks.hpp"
#include "arena/mapping.hpp"
#include "arena/monitor.hpp"
#include "arena/references.hpp"
#include "arena/robust_lock.hpp"
#include "arena/sleepers.hpp"

#include "platform/session_memory.hpp"

#include <brood/error.hpp>

#include <atomic>
#include <mutex>
#include <span>
#include <system_error>

namespace brood::arena {
namespace {

std::atomic<process_id> joined_as{0};  // the process that has own_tag; a forked copy is another one
std::atomic<bool> used{false};
std::atomic<void (*)()> first_use{nullptr};

std::mutex& joining() {
    static std::mutex& lock = *new std::mutex;
    return lock;
}

// ---- records ------------------------------------------------------------------------------------------------------

std::span<process_record> used_records() noexcept {
    const auto count = std::atomic_ref<std::uint64_t>(head().records_used).load();
    return std::span(head().processes).subspan(1, static_cast<std::size_t>(count));
}

process_tag make_tag(std::uint64_t generation, std::uint32_t record) noexcept {
    return static_cast<process_tag>((generation << record_bits | record) & ~waiters_bit);
}

process_tag take_record(process_tag parent) {
    transaction change;
    for (std::uint32_t i = 1; i <= process_limit; ++i) {
        auto& record = head().processes[i];
        if (state_of(change.read(record.who)) != process_state::free) continue;
        const std::uint64_t generation = change.read(record.generation) + 1;
        const auto tag = make_tag(generation, i);
        change.write(record.generation, generation);
        change.write(record.parent, parent);
        if (i > change.read(head().records_used)) change.write(head().records_used, i);
        change.write(record.who, make_who(process_state::reserved, tag));
        change.commit();
        record.pid = 0;
        record.violently = 0;
        record.how = 0;
        return tag;
    }
    throw error("a session has too many processes", std::make_error_code(std::errc::resource_unavailable_try_again));
}

BROOD_CHILD_PATH void take_up(process_tag tag) noexcept {
    auto& record = head().processes[record_of(tag)];
    const auto pid = platform::current_process_id();
    record.seen = platform::process_clock_now();
    record.pid = pid;
    record.who = make_who(process_state::living, tag);
    own_tag = tag;
    joined_as = pid;
}

BROOD_CHILD_PATH bool is_joined() noexcept { return joined_as.load() == platform::current_process_id(); }

// A copy that somebody forked without brood's knowledge takes a record of its own; nobody watches it.
void join_locked() {
    const bool forked = joined_as.load() != 0;
    map_memory();
    take_up(take_record(forked ? own_tag.load() : 0));
    if (forked) adopt_references();
}

// A static initialiser used shared objects before the parent could say which record is this process's: the early record
// becomes that of a child, and is cleared up after it.
void adopt_early_record(process_tag tag) noexcept {
    auto& record = head().processes[record_of(tag)];
    head().processes[record_of(own_tag)].parent = tag;
    record.seen = platform::process_clock_now();
    record.pid = platform::current_process_id();
    record.who = make_who(process_state::living, tag);
}

// ---- the dead -----------------------------------------------------------------------------------------------------

bool is_running(const process_record& record) {
    const std::uint64_t began = record.pid == 0 ? 0 : platform::process_birth(record.pid);
    return began != 0 && began <= record.seen.load();
}

// Children of a dead process die too; each is cleared up when it has.
void follow_descendants(process_tag dead) {
    for (auto& record : used_records()) {
        const auto who = record.who.load();
        const bool there = state_of(who) == process_state::living || state_of(who) == process_state::reserved;
        if (!there || record.parent != dead) continue;
        const process_tag orphan = tag_of(who);
        auto handle = platform::find_process(record.pid);
        if (handle && is_running(record))
            monitor::get().watch(std::move(handle), [orphan] { process_ended(orphan, true); });
        else
            record.who = make_who(process_state::ended, orphan);
    }
}

void clear_up(process_record& record) {
    const process_tag dead = tag_of(record.who);
    follow_descendants(dead);
    clear_sleepers(dead);
    drop_references(dead, record.violently.load() != 0);
    clear_dying();
    record.who = make_who(process_state::free, 0);
}

bool clear_up_one() {
    for (auto& record : used_records()) {
        if (state_of(record.who) != process_state::ended) continue;
        clear_up(record);
        return true;
    }
    return false;
}

}  // namespace

void join_session() {
    if (is_joined()) return;
    const std::lock_guard guard(joining());
    if (is_joined()) return;
    try {
        join_locked();
    } catch (const std::system_error& e) {
        throw error(std::string("no memory that processes can share: ") + e.what(), e.code());
    }
}

bool is_used() noexcept { return used.load() && is_joined(); }

void use_session() {
    if (is_used()) return;
    join_session();
    used = true;
    if (const auto hook = first_use.load()) hook();
}

void on_first_use(void (*hook)()) noexcept { first_use = hook; }

process_tag reserve_process() noexcept {
    try {
        join_session();
        return take_record(own_tag);
    } catch (const std::exception&) {
        return 0;
    }
}

void map_for_children() noexcept {
    try {
        if (was_offered()) map_memory();
        static_cast<void>(platform::process_clock_now());  // it asks for its unit the first time
    } catch (const std::exception&) {
        // a child tries again, for itself
    }
}

BROOD_CHILD_PATH void become_process(process_tag tag) noexcept {
    try {
        if (tag == 0) return;
        if (is_joined()) return adopt_early_record(tag);
        const bool forked = joined_as.load() != 0;
        used = false;
        map_memory();
        take_up(tag);
        if (forked) adopt_references();
    } catch (const std::exception&) {
        // no address space: the process finds out when it uses a shared object
    }
}

void process_ended(process_tag tag, bool violently, std::uint64_t how) noexcept {
    if (tag == 0 || !is_joined()) return;
    auto& record = head().processes[record_of(tag)];
    auto who = record.who.load();
    if (tag_of(who) != tag || state_of(who) == process_state::ended || state_of(who) == process_state::free) return;
    record.violently = violently ? 1 : 0;
    record.how = how;
    if (!record.who.compare_exchange_strong(who, make_who(process_state::ended, tag))) return;
    clear_sleepers(0);  // who clears up after another one may wait for a lock of this one
    try {
        acquire(head().recovery_lock);
        while (clear_up_one()) {
        }
        release(head().recovery_lock);
        clear_sleepers(0);
    } catch (const std::exception&) {
        release(head().recovery_lock);  // what is left is done when the next process has ended
    }
}

bool has_ended(process_tag tag) noexcept {
    const auto& record = head().processes[record_of(tag)];
    if (record.who.load() != make_who(process_state::living, tag)) return !is_living(tag);
    const process_id pid = record.pid.load();
    return platform::is_gone(pid) || platform::process_birth(pid) > record.seen.load();
}

std::uint64_t how_it_ended(process_tag tag) noexcept {
    if (tag == 0 || is_living(tag)) return 0;
    const auto& record = head().processes[record_of(tag)];
    const std::uint64_t how = record.how.load();
    const auto generation = std::atomic_ref<const std::uint64_t>(record.generation).load();
    return make_tag(generation, record_of(tag)) == tag ? how : 0;
}

fork_scope::fork_scope(process_tag child) : locked_(child != 0) {
    if (!locked_) return;
    lock_references();
    try {
        copy_references(child);
    } catch (...) {
        unlock_references();
        throw;
    }
}

BROOD_CHILD_PATH fork_scope::~fork_scope() {
    if (locked_) unlock_references();
}

void watch_process(process_id pid, std::function<void()> ended) {
    auto handle = platform::find_process(pid);
    if (!handle) return ended();
    monitor::get().watch(std::move(handle), std::move(ended));
}

}  // namespace brood::arena
