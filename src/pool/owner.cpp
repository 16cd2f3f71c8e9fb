// SPDX-License-Identifier: MIT
// A pool's life, from the first worker to the last.
#include "pool/owner.hpp"

#include "arena/memory.hpp"
#include "arena/references.hpp"
#include "channel/kinds.hpp"

#include "platform/platform.hpp"

#include <brood/native/limits.hpp>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <future>
#include <stdexcept>

namespace brood::pools {

namespace {

std::string next_name() {
    static std::atomic<unsigned> made{0};
    return "pool-" + std::to_string(++made);
}

void write_call(const bound_call& call, std::string& name, std::string& arguments) {
    if (!call) return;
    output_archive archive({.handles = false, .blocks = false});
    call.target()->save(archive);
    name = name_function(call.target()->entry());
    arguments.assign(reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size());
}

detail::shared_object make_memory() {
    return detail::shared_object::of(arena::make_zero_object(arena::kind::bytes, sizeof(pool_memory)));
}

int workers_of(const pool_options& options) {
    return options.workers.value_or(
        static_cast<int>(std::min<std::size_t>(platform::usable_processors(), most_workers)));
}

detail::task_settings defaults_of(const pool_options& options) {
    return {0, static_cast<unsigned>(options.retries), options.task_timeout};
}

}  // namespace

std::atomic<bool> process_exits{false};

// ---- life ---------------------------------------------------------------------------------------------------------

owner::owner(const pool_options& options)
    : options_(options),
      defaults_(defaults_of(options)),
      name_(options.name.empty() ? next_name() : options.name),
      tracer_(make_tracer(name_, options.trace)),
      memory_object_(make_memory()),
      tasks_object_(detail::channel_core::make(unbounded_queue, 0)),
      reports_object_(detail::channel_core::make(unbounded_queue, 0)),
      memory_(memory_object_.as<pool_memory>()),
      tasks_(detail::channel_core::of(tasks_object_)),
      reports_(detail::channel_core::of(reports_object_)),
      functions_(memory_),
      callees_(memory_),
      wanted_(workers_of(options)),
      restarts_(most_workers),
      given_(most_slots),
      slot_callees_(most_slots) {
    write_call(options.initializer, initializer_name_, initializer_);
    write_call(options.finalizer, finalizer_name_, finalizer_);
    for (std::uint32_t slot = most_slots; slot > 0; --slot) free_slots_.push_back(slot - 1);
    show_face();
}

void owner::show_face() noexcept {
    auto& face = memory_.face;
    name_.copy(face.name.data(), face.name.size() - 1);
    face.pid = pid_;
    face.wanted = static_cast<std::uint64_t>(wanted_.load());
    face.magic = face_magic;
    published_.emplace(arena::place_of(&memory_));
}

owner::~owner() = default;

void owner::begin() {
    lock held(mutex_);
    try {
        while (living() < static_cast<std::size_t>(wanted_.load()))
            start_one(held, static_cast<std::uint32_t>(living()));
    } catch (...) {
        life_ = life::terminated;
        stop_workers();
        throw;
    }
    // Registered after what brood does to children at exit, and so runs before.
    [[maybe_unused]] static const int registered = std::atexit([] { process_exits = true; });
    // It must count as brood's own before anybody counts threads.
    std::promise<void> started;
    hub_ = std::thread([this, &started] {
        const platform::helper_thread mark;
        started.set_value();
        run();
    });
    held.unlock();
    started.get_future().wait();
}

void owner::require_ours(const char* verb) const {
    if (!is_ours())
        throw std::logic_error(std::string("cannot ") + verb + " pool '" + name_ + "': it belongs to another process");
}

void owner::check_open(bool closed_too) const {
    if (closed_too && life_ == life::closed)
        throw std::logic_error("pool '" + name_ + "' was closed: it takes no more tasks");
    if (life_ == life::terminated) throw cancelled("pool '" + name_ + "' was terminated: it takes no more tasks");
    if (broken_) std::rethrow_exception(broken_);
}

void owner::require_open() const {
    const lock held(mutex_);
    check_open(true);
}

void owner::hold(detail::holder who) {
    const lock held(mutex_);
    check_open(true);
    holds_.add(who);
}

void owner::release(detail::holder who) noexcept {
    const lock held(mutex_);
    holds_.remove(who);
    look_after_leading();
}

void owner::close() {
    require_ours("close");
    const lock held(mutex_);
    if (life_ == life::open) life_ = life::closed;
    look_after_leading();
}

void owner::join() {
    require_ours("join");
    lock held(mutex_);
    if (life_ == life::open) throw std::logic_error("join() of pool '" + name_ + "' before close() or terminate()");
    holds_.joined();
    look_after_leading();
    wait_for(
        held, [&] { return is_done() && members_.empty(); }, nullptr);
}

void owner::terminate() {
    require_ours("terminate");
    lock held(mutex_);
    life_ = life::terminated;
    fail_everything(std::make_exception_ptr(cancelled("pool '" + name_ + "' was terminated")));
    stop_workers();
    look_after_leading();
    run_callbacks(held);
}

void owner::finish() noexcept {
    if (!is_ours()) {
        if (hub_.joinable()) hub_.detach();  // it is not there in a forked copy
        return;
    }
    try {
        close();
        join();
    } catch (const std::exception&) {
        terminate();
    }
    {
        const lock held(mutex_);
        quit_ = true;
        look_after_leading();
    }
    if (hub_.get_id() == std::this_thread::get_id())
        hub_.detach();
    else
        hub_.join();
    published_.reset();
    if (tracer_) tracer_->end();
}

void owner::resize(int workers) {
    require_ours("resize");
    if (workers < 1 || workers > static_cast<int>(most_workers))
        throw std::invalid_argument("a pool has 1 to " + std::to_string(most_workers) + " workers");
    lock held(mutex_);
    check_open(true);
    wanted_ = workers;
    memory_.face.wanted = static_cast<std::uint64_t>(workers);
    dismiss_surplus();
    keep_workers(held);
}

std::vector<process_id> owner::worker_pids() {
    const lock held(mutex_);
    std::vector<process_id> pids;
    for (const auto& one : members_) pids.push_back(one->pid);
    return pids;
}

namespace {

worker_state state_in(const worker_line& line) noexcept {
    switch (line.phase.load()) {
        case worker_phase::idle: return worker_state::idle;
        case worker_phase::busy: return worker_state::busy;
        case worker_phase::ending: return worker_state::ending;
        default: return worker_state::starting;
    }
}

}  // namespace

worker_stats owner::stats_of(const member& one) const {
    const auto& line = memory_.workers[one.index];
    const auto now = clock_now();
    const auto since = [now](std::int64_t then) {
        return std::chrono::nanoseconds(std::max<std::int64_t>(0, now - then));
    };
    worker_stats stats;
    stats.id = static_cast<int>(one.index);
    stats.pid = one.pid;
    stats.state = state_in(line);
    stats.tasks = line.tasks.load();
    stats.busy = std::chrono::nanoseconds(line.busy.load());
    if (stats.state == worker_state::busy) stats.busy += since(line.since.load());
    const auto ready = one.ready ? one.ready_at : now;
    stats.start_time = std::chrono::nanoseconds(ready - one.began);
    stats.idle = std::max(since(ready) - stats.busy, std::chrono::nanoseconds(0));
    stats.restarts = restarts_[one.index];
    stats.memory = native::private_bytes(one.pid).value_or(0);
    return stats;
}

std::vector<worker_stats> owner::stats() {
    const lock held(mutex_);
    std::vector<worker_stats> all;
    for (const auto& one : members_) all.push_back(stats_of(*one));
    return all;
}

}  // namespace brood::pools

namespace brood::detail {

std::shared_ptr<pool_core> pool_core::make(const pool_options& options) {
    require_valid(options);
    channel::register_channels();
    auto made = std::make_shared<pools::owner>(options);
    made->begin();
    return made;
}

task_settings pool_core::settings_for(const task_options& options) const {
    require_valid(options);
    const auto& usual = defaults();
    task_settings settings{options.priority, usual.retries, usual.timeout};
    if (options.retries) settings.retries = static_cast<unsigned>(*options.retries);
    if (options.timeout) settings.timeout = *options.timeout;
    return settings;
}

namespace {
[[noreturn]] void throw_elsewhere() {
    throw std::logic_error("only the process that made a pool can change it or ask for its state");
}
}  // namespace

void pool_core::send(const std::shared_ptr<pool_task>& task, const target& what) {
    task->fill(what);
    submit(task, urgency::usual);
}

finished_call pool_core::call(const target& what, const task_settings& settings) {
    const auto task = std::make_shared<pool_task>(shared_from_this(), settings);
    task->is_single = true;
    send(task, what);
    wait(task->done, nullptr);
    task->value();
    return {task, {}};
}

bool finished_call::wait_for_end() const {
    pool->wait(task->done, nullptr);
    return !coming->lost;
}

std::unique_ptr<pools::task_trace> pool_core::begin_trace(const target&) { return nullptr; }
task_batch::news_so_far pool_core::take_news(pool_task&) { return {}; }
void pool_core::shorten(pool_task&, std::uint64_t) {}

void pool_core::resize(int) { throw_elsewhere(); }
std::vector<worker_stats> pool_core::stats() { throw_elsewhere(); }
std::vector<process_id> pool_core::worker_pids() { throw_elsewhere(); }
void pool_core::close() { throw_elsewhere(); }
void pool_core::join() { throw_elsewhere(); }
void pool_core::terminate() { throw_elsewhere(); }

}  // namespace brood::detail
