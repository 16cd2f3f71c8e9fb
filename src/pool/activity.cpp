// SPDX-License-Identifier: MIT
// Reading of other sessions' memory. Nothing in it is trusted: it may be half written, of another version, or of a
// program that means harm.
#include <brood/native/activity.hpp>

#include "arena/layout.hpp"
#include "codec/function.hpp"
#include "pool/pool_memory.hpp"

#include "platform/session_memory.hpp"

#include <brood/native/limits.hpp>
#include <brood/serialization.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <span>

namespace brood::pools {
namespace {

using native::activity_function;
using native::pool_activity;
using native::process_activity;
using native::session_activity;
using native::worker_activity;

// A copy of one of the structures that lie in sessions' memory.
template <class T>
class copy_of {
public:
    copy_of(platform::handle_t memory, std::uint64_t offset)
        : bytes_(static_cast<std::byte*>(::operator new (sizeof(T), std::align_val_t{alignof(T)}))),
          whole_(platform::read_session_memory(memory, offset, bytes_.get(), sizeof(T))) {}
    explicit operator bool() const noexcept { return whole_; }
    const T* operator->() const noexcept { return std::launder(reinterpret_cast<const T*>(bytes_.get())); }
    const T& operator*() const noexcept { return *operator->(); }

private:
    struct free_bytes {
        void operator()(std::byte* bytes) const noexcept { ::operator delete (bytes, std::align_val_t{alignof(T)}); }
    };
    std::unique_ptr<std::byte, free_bytes> bytes_;
    bool whole_;
};

// ---- processes ----------------------------------------------------------------------------------------------------

struct seen_process {
    process_id pid;
    arena::process_tag parent;
};

std::map<arena::process_tag, seen_process> living_processes(const arena::header& head) {
    std::map<arena::process_tag, seen_process> living;
    const auto used = std::min<std::uint64_t>(head.records_used, arena::process_limit);
    for (const auto& record : std::span(head.processes).subspan(1, static_cast<std::size_t>(used))) {
        const auto who = record.who.load();
        const auto pid = record.pid.load();
        const bool lives = static_cast<arena::process_state>(who >> 32) == arena::process_state::living;
        if (!lives || pid <= 0 || platform::is_gone(pid)) continue;
        if (platform::process_birth(pid) > record.seen.load()) continue;  // another process has its number
        living[static_cast<arena::process_tag>(who)] = {pid, static_cast<arena::process_tag>(record.parent)};
    }
    return living;
}

std::vector<process_activity> describe(const std::map<arena::process_tag, seen_process>& living) {
    std::vector<process_activity> all;
    for (const auto& [tag, one] : living) {
        const auto parent = living.find(one.parent);
        all.push_back({one.pid, parent == living.end() ? 0 : parent->second.pid, platform::program_of(one.pid),
                       native::private_bytes(one.pid).value_or(0)});
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.pid < b.pid; });
    return all;
}

// ---- pools --------------------------------------------------------------------------------------------------------

worker_state public_state(worker_phase phase) noexcept {
    switch (phase) {
        case worker_phase::idle: return worker_state::idle;
        case worker_phase::busy: return worker_state::busy;
        case worker_phase::ending: return worker_state::ending;
        default: return worker_state::starting;
    }
}

// The other side of portable_name(): a type, a zero, a place in code.
activity_function read_callee(const pool_memory& pool, std::uint32_t number) {
    if (number == 0 || number > most_functions) return {};
    const auto& entry = pool.callees[number - 1];
    const std::string_view written(entry.name.data(), std::min(entry.size.load(), longest_function));
    const auto end = std::min(written.find('\0'), written.size());
    activity_function function;
    function.type = written.substr(0, end);
    try {
        if (end + 1 >= written.size()) return function;
        input_archive archive(std::as_bytes(std::span(written.substr(end + 1))));
        const auto place = detail::load_value<detail::code_location>(archive);
        function.module = place.module_path;
        function.offset = place.offset;
    } catch (const std::exception&) {
        // no place that can be read
    }
    return function;
}

activity_function task_of(const pool_memory& pool, const worker_line& line, std::uint32_t worker) {
    const auto slot = line.slot.load();
    if (slot == 0 || slot > most_slots) return {};
    const auto& task = pool.slots[slot - 1];
    if (task.runner_of(generation_of(task.claim.load())) != worker) return {};
    return read_callee(pool, task.callee.load());
}

// Of a time that may be none.
std::chrono::nanoseconds since(std::int64_t then) {
    const auto now = clock_now();
    return std::chrono::nanoseconds(then > 0 && then <= now ? now - then : 0);
}

std::chrono::nanoseconds believable(std::uint64_t nanoseconds) {
    constexpr std::uint64_t century = 3'200'000'000'000'000'000;
    return std::chrono::nanoseconds(std::min(nanoseconds, century));
}

std::optional<worker_activity> describe_worker(const pool_memory& pool, std::uint32_t index) {
    const auto& line = pool.workers[index];
    const auto phase = line.phase.load();
    if (phase == worker_phase::none || phase > worker_phase::ending) return std::nullopt;
    worker_activity one;
    one.id = static_cast<int>(index);
    one.state = public_state(phase);
    one.pid = one.state == worker_state::starting ? 0 : line.pid.load();
    if (one.pid != 0 && platform::is_gone(one.pid)) return std::nullopt;
    if (one.state != worker_state::starting) one.in_state = since(line.since.load());
    one.tasks = line.tasks.load();
    one.busy = believable(line.busy.load());
    if (one.pid > 0) one.memory = native::private_bytes(one.pid).value_or(0);
    if (one.state != worker_state::busy) return one;
    one.busy += one.in_state;
    one.task = task_of(pool, line, index);
    return one;
}

std::optional<pool_activity> describe_pool(platform::handle_t memory, std::uint64_t place, process_id owner) {
    const copy_of<pool_memory> pool(memory, place);
    if (!pool || pool->face.magic != face_magic || pool->face.pid.load() != owner) return std::nullopt;
    const auto& face = pool->face;
    pool_activity one;
    one.name.assign(face.name.data(),
                    static_cast<std::size_t>(std::find(face.name.begin(), face.name.end(), '\0') - face.name.begin()));
    one.owner = owner;
    one.wanted = face.wanted.load();
    one.ended = face.ended.load();
    one.failed = face.failed.load();
    one.restarts = face.restarts.load();
    for (std::uint32_t i = 0; i < most_workers; ++i)
        if (auto worker = describe_worker(*pool, i)) one.workers.push_back(std::move(*worker));
    const auto unfinished = face.unfinished.load();
    one.running = std::min<std::uint64_t>(
        unfinished, static_cast<std::uint64_t>(std::count_if(one.workers.begin(), one.workers.end(), [](const auto& w) {
            return w.state == worker_state::busy;
        })));
    one.waiting = unfinished - one.running;
    return one;
}

// ---- a session ----------------------------------------------------------------------------------------------------

// None when nobody is there any more.
std::optional<session_activity> describe_session(platform::handle_t memory) {
    const copy_of<arena::header> head(memory, 0);
    session_activity session;
    session.readable = head && head->magic == arena::session_magic;
    if (!session.readable) return session;
    const auto living = living_processes(*head);
    if (living.empty()) return std::nullopt;
    session.id = head->session;
    session.blocks = head->blocks_in_use;
    session.bytes = head->bytes_in_use;
    session.processes = describe(living);
    for (const auto& entry : head->publications) {
        const auto owner = living.find(entry.owner.load());
        const auto place = entry.place.load();
        const bool fits = place < head->size && head->size - place >= sizeof(pool_memory);
        if (owner == living.end() || place == 0 || !fits) continue;
        if (auto pool = describe_pool(memory, place, owner->second.pid)) session.pools.push_back(std::move(*pool));
    }
    return session;
}

}  // namespace
}  // namespace brood::pools

namespace brood::native {

std::vector<session_activity> look_at_sessions() {
    std::vector<session_activity> all;
    for (const auto& memory : platform::find_session_memories())
        if (auto one = pools::describe_session(memory.get())) all.push_back(std::move(*one));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        const auto first = [](const session_activity& one) { return one.processes.empty() ? 0 : one.processes[0].pid; };
        return first(a) < first(b);
    });
    return all;
}

}  // namespace brood::native
