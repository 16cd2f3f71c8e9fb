// SPDX-License-Identifier: MIT
// What a pool tells its trace.
#include "pool/owner.hpp"

#include <algorithm>

namespace brood::pools {

std::unique_ptr<task_trace> owner::begin_trace(const detail::target& what) {
    return tracer_ && is_ours() ? tracer_->begin(what) : nullptr;
}

// Of a task that may still have its slot.
void owner::trace_attempt(const pool_task& task, std::string_view outcome) noexcept {
    if (hub_sleeps_ && !hub_dozes_) idle_.notify_one();  // somebody must write it in time
    const auto now = clock_now();
    tracer_->waiting(waiting_tasks(), now);
    if (task.where != pool_task::place::given_out) return tracer_->never_ran(task, outcome, now);
    const auto& slot = memory_.slots[task.slot];
    const auto runner = slot.runner_of(task.generation);
    if (!runner) return tracer_->never_ran(task, outcome, now);
    task_times times;
    times.now = now;
    times.worker = pid_of_worker(*runner);
    times.taken = slot.taken.load(std::memory_order_relaxed);
    times.read = slot.read.load(std::memory_order_relaxed);
    times.ended = slot.ended.load(std::memory_order_relaxed);
    times.sent = slot.sent.load(std::memory_order_relaxed);
    tracer_->ran(task, times, outcome);
}

void owner::trace_end(const pool_task& task) noexcept {
    if (!task.trace->outcome.empty()) return trace_attempt(task, task.trace->outcome);
    const bool was_cancelled = task.killed || task.withdrawn || life_ == life::terminated;
    trace_attempt(task, task.has_value() ? "ok"
                        : task.timed_out ? "timed out"
                        : was_cancelled  ? "cancelled"
                                         : "failed");
}

// A worker that died is in no list any more.
process_id owner::pid_of_worker(std::uint32_t index) const noexcept {
    const auto one = member_at(index);
    return one ? one->pid : buried_;
}

std::size_t owner::waiting_tasks() const noexcept {
    return pending_count_ + given_count_ - std::min(given_count_, living());
}

bool owner::trace_waits() const noexcept { return tracer_ && tracer_->holds_events(); }

}  // namespace brood::pools
