// SPDX-License-Identifier: MIT
// Workers of a pool: started, watched, buried, replaced.
#include "pool/owner.hpp"

#include "arena/session.hpp"
#include "process/start.hpp"

#include <brood/async.hpp>

#include <algorithm>

namespace brood::pools {

namespace {

constexpr unsigned most_failed_starts = 3;

using process_pointer = std::shared_ptr<detail::pending_result>;

process_died death_of(detail::pending_result& run) {
    run.wait_until(nullptr);
    try {
        run.open();
    } catch (const process_died& death) {
        return death;
    } catch (const std::exception& e) {
        return {e.what(), run.child()->pid(), run.child()->status().value_or(exit_status::unknown())};
    }
    return {"the worker ended", run.child()->pid(), run.child()->status().value_or(exit_status::unknown())};
}

}  // namespace

// ---- starting -----------------------------------------------------------------------------------------------------

std::shared_ptr<owner::member> owner::member_at(std::uint32_t index) const {
    const auto found =
        std::find_if(members_.begin(), members_.end(), [&](const auto& one) { return one->index == index; });
    return found == members_.end() ? nullptr : *found;
}

worker_setup owner::make_setup(const member& one) const {
    worker_setup setup;
    setup.memory = memory_object_;
    setup.tasks = tasks_object_;
    setup.reports = reports_object_;
    setup.inbox = one.inbox;
    setup.index = one.index;
    setup.workers = wanted_;
    setup.initializer_name = initializer_name_;
    setup.initializer = initializer_;
    setup.finalizer_name = finalizer_name_;
    setup.finalizer = finalizer_;
    if (options_.max_tasks_per_worker) setup.most_tasks = static_cast<std::uint64_t>(*options_.max_tasks_per_worker);
    setup.memory_growth_limit = options_.memory_growth_limit;
    if (options_.idle_timeout) setup.idle_timeout = options_.idle_timeout->count();
    setup.defaults = defaults_;
    setup.traced = tracer_ != nullptr;
    return setup;
}

process_options owner::options_of(const member& one) const {
    process_options options;
    options.name = name_ + "-worker-" + std::to_string(one.index + 1);
    options.daemon = true;
    options.start_method = options_.start_method;
    options.cpus = options_.cpus;
    options.niceness = options_.niceness;
    // A worker that takes a dead one's place must come, whatever the program's threads do meanwhile.
    options.allow_threads = hub_.joinable();
    return options;
}

void owner::start_one(lock& held, std::uint32_t index) {
    auto one = std::make_shared<member>();
    one->index = index;
    one->inbox = detail::channel_core::make(unbounded_queue, 0);
    memory_.workers[index].phase.store(worker_phase::starting);
    memory_.workers[index].tasks.store(0);
    memory_.workers[index].busy.store(0);
    memory_.workers[index].since.store(clock_now());
    one->began = clock_now();
    const auto setup = make_setup(*one);
    const auto options = options_of(*one);
    make_room_for_one();
    {
        const unlocked now(held);
        one->run = detail::start_async(options, detail::make_target<detail::drop_result>(&work, setup));
    }
    one->pid = one->run->child()->pid();
    if (tracer_) {
        tracer_->worker_named(one->pid, options.name);
        tracer_->worker_note(one->pid, "worker starts", one->began);
    }
    members_.push_back(one);
    if (life_ == life::terminated) one->run->child()->request(platform::request::kill);
    const unlocked now(held);
    watch(*one);
}

// So that a worker that was started is known, and its death, too. Only one is started at a time.
void owner::make_room_for_one() {
    if (members_.size() == members_.capacity()) members_.reserve(2 * members_.size() + 1);
    const std::lock_guard guard(dead_mutex_);
    dead_.reserve(members_.capacity());
}

// It may be told at once, in this thread.
void owner::watch(member& one) {
    const std::weak_ptr<pool_core> self = weak_from_this();
    try {
        arena::watch_process(one.pid, [self, pid = one.pid] {
            const auto alive = std::static_pointer_cast<owner>(self.lock());
            if (alive) alive->note_death(pid);
        });
    } catch (...) {  // it would be missed by nobody
        one.run->child()->request(platform::request::kill);
        note_death(one.pid);
        throw;
    }
}

void owner::note_death(process_id pid) noexcept {
    {
        const std::lock_guard guard(dead_mutex_);
        dead_.push_back(pid);
        has_dead_ = true;
    }
    const lock held(mutex_);
    look_after_leading();
}

// Workers that do not wait for what others are to do.
std::size_t owner::at_work() const noexcept {
    return static_cast<std::size_t>(
        std::count_if(members_.begin(), members_.end(), [](const auto& one) { return one->waits == 0; }));
}

bool owner::has_unbegun() const noexcept {
    if (pending_count_ > 0) return true;
    return std::any_of(given_.begin(), given_.end(),
                       [&](const auto& task) { return task && memory_.slots[task->slot].is_queued(task->generation); });
}

// Whether a worker is missing: one of those that there are to be, or one in the place of another that waits.
bool owner::needs_worker() const noexcept {
    if (process_exits || broken_ || life_ == life::terminated || queue_closed_) return false;
    const auto wanted = static_cast<std::size_t>(wanted_.load());
    if (at_work() >= wanted || living() >= most_workers) return false;
    if (life_ == life::closed && is_done()) return false;
    if (living() >= wanted) return has_unbegun();
    if (!options_.idle_timeout) return true;
    return pending_count_ > 0 || given_count_ > living();
}

std::uint32_t owner::free_index() const {
    std::uint32_t index = 0;
    while (member_at(index)) ++index;
    return index;
}

void owner::keep_workers(lock& held) {
    if (keeping_) return;
    keeping_ = true;
    try {
        while (needs_worker()) start_one(held, free_index());
    } catch (const std::exception&) {
        if (members_.empty()) {
            broken_ = std::current_exception();
            fail_everything(broken_);
        }
    }
    keeping_ = false;
}

void owner::dismiss_surplus() {
    const auto wanted = static_cast<std::size_t>(wanted_.load());
    for (auto staying = living() - std::min(living(), dismissed_); staying > wanted; --staying) {
        task_head head{};
        head.leave = 1;
        tasks_.put_plain(&head, sizeof head, {});
        ++dismissed_;
    }
}

// ---- ended --------------------------------------------------------------------------------------------------------

// What there is no memory for is done by the next who leads.
void owner::bury() {
    const auto dead = [&] {
        const std::lock_guard guard(dead_mutex_);
        return dead_;
    }();
    detail::taken_value taken;
    while (reports_.get(taken, detail::at_once) == detail::channel_result::done) handle(taken);  // their last ones
    for (const auto pid : dead) {
        bury_one(pid);
        const std::lock_guard guard(dead_mutex_);
        std::erase(dead_, pid);
        has_dead_ = !dead_.empty();
    }
}

void owner::bury_one(process_id pid) {
    const auto found = std::find_if(members_.begin(), members_.end(), [&](const auto& one) { return one->pid == pid; });
    if (found == members_.end()) return;
    bury_member(**found);
    std::erase_if(members_, [&](const auto& one) { return one->pid == pid; });
}

void owner::bury_member(const member& one) {
    const auto death = death_of(*one.run);
    if (tracer_) tracer_->worker_note(one.pid, "worker ended: " + death.status().to_string(), clock_now());
    buried_ = one.pid;
    ++restarts_[one.index];
    ++memory_.face.restarts;
    memory_.workers[one.index].phase.store(worker_phase::none);
    if (one.was_dismissed && dismissed_ > 0) --dismissed_;
    end_tasks_of(one, death);
    if (!one.ready && !one.leaving && !broken_ && life_ == life::open && ++failed_starts_ >= most_failed_starts) {
        broken_ = std::make_exception_ptr(
            worker_died("the workers of pool '" + name_ + "' end before they are ready: " + death.what(), "", death));
        fail_everything(broken_);
    }
    something_ended_ = true;
}

void owner::end_tasks_of(const member& dead, const process_died& death) {
    for (std::uint32_t slot = 0; slot < given_.size(); ++slot) {
        const auto task = given_[slot];
        if (!task) continue;
        const auto& place = memory_.slots[slot];
        if (place.is_queued(task->generation))
            put_again(task);  // the dead one may have taken its record out
        else if (place.runner_of(task->generation) == dead.index)
            end_task_of_dead(task, death);
    }
}

std::uint64_t owner::position_of(const pool_task& task) const noexcept {
    return task.is_single ? 0 : memory_.slots[task.slot].position.load();
}

void owner::end_task_of_dead(const task_pointer& task, const process_died& death) {
    const auto text = "task " + std::to_string(task->number);
    if (task->killed) return fail(*task, make_error([&] { return cancelled(text + " was cancelled"); }));
    if (task->timed_out) {
        task->died_at = position_of(*task);
        return fail(*task, make_error([&] { return timeout_error(text + " ran longer than it may"); }));
    }
    if (task->coming && channel::is_whole(task->coming->bytes.message->bytes())) return end_with_coming_result(task);
    if (task->trace) task->trace->outcome = "died: " + death.status().to_string();
    if (task->retries_left > 0) {
        --task->retries_left;
        if (task->trace) {
            trace_attempt(*task, task->trace->outcome);
            ++task->trace->attempt;
            task->trace->outcome.clear();
            task->trace->submitted = clock_now();
        }
        lose_coming_result(*task);
        return put_back(task);
    }
    task->died_at = position_of(*task);
    fail(*task, make_error([&] {
        return worker_died("the worker (pid " + std::to_string(death.pid()) + ") that ran " + text + " of pool '" +
                               name_ + "' " + death.status().to_string(),
                           text, death);
    }));
}

// ---- ending them --------------------------------------------------------------------------------------------------

void owner::kill_worker_of(const pool_task& task) {
    const auto runner = memory_.slots[task.slot].runner_of(task.generation);
    if (!runner) return;
    if (const auto one = member_at(*runner)) one->run->child()->request(platform::request::kill);
}

// True when time limits are to be looked at sooner than before.
bool owner::note_limit(const pool_task& task) {
    if (!task.settings.timeout) return false;
    const auto then = std::chrono::steady_clock::now() + *task.settings.timeout;
    if (next_check_ && *next_check_ <= then) return false;
    next_check_ = then;
    return true;
}

void owner::stop_late_tasks() {
    if (!next_check_ || std::chrono::steady_clock::now() < *next_check_) return;
    next_check_.reset();
    const auto now = clock_now();
    for (const auto& task : given_) {
        if (!task || !task->settings.timeout || task->timed_out || task->killed) continue;
        const auto& slot = memory_.slots[task->slot];
        const auto limit = task->settings.timeout->count();
        const bool runs = slot.runner_of(task->generation).has_value();
        const auto begun = slot.begun.load();
        const auto left = runs && begun != 0 ? begun + limit - now : limit;
        if (left <= 0) {
            task->timed_out = true;
            kill_worker_of(*task);
            continue;
        }
        const auto then = std::chrono::steady_clock::now() + std::chrono::nanoseconds(left);
        if (!next_check_ || then < *next_check_) next_check_ = then;
    }
}

void owner::stop_workers() {
    queue_closed_ = true;
    tasks_.close();
    for (const auto& one : members_) one->run->child()->request(platform::request::kill);
}

}  // namespace brood::pools
