// SPDX-License-Identifier: MIT
// Calls that are waited for: while the pool has nothing else to do, a small one goes to a worker directly.
#include "pool/owner.hpp"

#include <brood/serialization.hpp>

namespace brood::pools {

namespace {

// The report of a call that was handed over.
class awaited_report final : public detail::other_way {
public:
    awaited_report(handoff& place, const task_slot& slot, std::uint64_t generation, const detail::channel_core& tasks)
        : place_(place), slot_(slot), generation_(generation), tasks_(tasks) {}

    bool has_come() const noexcept override { return place_.is_answered(generation_); }
    bool take(detail::taken_value& into) noexcept override {
        if (!has_come()) return false;
        place_.read_report([&](auto bytes) { into.set_small(bytes.data(), bytes.size()); });
        return true;
    }
    void before_sleep() noexcept override { close(); }

    // False when it has come. Else it will come by the queue, and somebody is awake who runs the call.
    bool close() noexcept {
        if (!place_.close(generation_)) return false;
        if (slot_.is_queued(generation_)) tasks_.ring();
        return true;
    }

private:
    handoff& place_;
    const task_slot& slot_;
    const std::uint64_t generation_;
    const detail::channel_core& tasks_;
};

}  // namespace

detail::finished_call owner::call(const detail::target& what, const detail::task_settings& settings) {
    require_ours("submit to");
    if (tracer_) return pool_core::call(what, settings);  // which tells how long each part took
    output_archive written(pool_task::mode);
    what.save(written);
    if (lock held(mutex_); takes_direct_call(what, written, settings)) {
        const detail::waiting_scope told;
        auto task = hand_over(what, written);
        lead_call(held, *task);
        return await(held, std::move(task));
    }
    const auto task = std::make_shared<pool_task>(shared_from_this(), settings);
    task->is_single = task->is_awaited = true;
    send_written(task, what, written);
    const detail::waiting_scope told;
    lock held(mutex_);
    return await(held, task);
}

bool owner::takes_direct_call(const detail::target& what, const output_archive& written,
                              const detail::task_settings& settings) {
    return !settings.timeout && settings.priority == 0 && settings.retries == defaults_.retries && !leading_ &&
           is_at_rest() && !broken_ && callbacks_.empty() && written.size() <= handoff::most_size - sizeof(task_head) &&
           written.blocks().empty() && written.shared_objects().empty() &&
           functions_.number_of(what.entry()) != unnumbered;
}

void owner::send(const task_pointer& task, const detail::target& what) {
    require_ours("submit to");
    if (tracer_) return pool_core::send(task, what);
    output_archive written(pool_task::mode);
    what.save(written);
    send_written(task, what, written);
}

// Large arguments are read while they are written, unless that would count against a time limit.
void owner::send_written(const task_pointer& task, const detail::target& what, const output_archive& written) {
    if (task->settings.timeout || !channel::growing_message::is_worth_it(written)) {
        task->fill(what, written);
        return submit(task, urgency::usual);
    }
    channel::growing_message arguments(written);
    task->fill(what, {{}, arguments.block()});
    submit(task, urgency::usual);
    arguments.write_blocks();
}

// Until it has ended, or its result begins to come.
detail::finished_call owner::await(lock& held, task_pointer task) {
    const auto has_ended = [&] { return task->done.load(std::memory_order_acquire); };
    wait_for(
        held, [&] { return has_ended() || task->coming; }, nullptr);
    if (!has_ended()) return {task, {}, task->coming, shared_from_this()};
    task->value();
    if (task->core) return {std::move(task), {}};
    return end_direct_call(std::move(task));
}

task_pointer owner::hand_over(const detail::target& what, const output_archive& written) {
    auto task = std::exchange(spare_, nullptr);
    if (!task) task = std::make_shared<pool_task>(nullptr, defaults_);
    task->is_single = task->is_awaited = true;
    task->entry = what.entry();
    task->calls = what.calls();
    task->arguments.bytes.assign(reinterpret_cast<const char*>(written.bytes().data()), written.size());
    count_in(*task);
    take_slot(*task);
    memory_.direct.offer(task->generation, make_record(*task).bytes());
    note_given(task);
    return task;
}

// Until its report or another one comes, or it has lasted so long that its report is to wake this thread.
void owner::lead_call(lock& held, const pool_task& task) {
    awaited_report report(memory_.direct, memory_.slots[task.slot], task.generation, tasks_);
    detail::taken_value taken;
    std::exception_ptr failure;
    {
        const leader here(*this);
        try {
            const auto got = [&] {
                const unlocked now(held, leader_waits_);
                return reports_.get(taken, report, {});
            }();
            if (got == detail::channel_result::done) handle(taken);
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (!task.done.load(std::memory_order_relaxed) && !report.close() && report.take(taken)) handle(taken);
    }
    tell_of_ends(held);
    if (failure) std::rethrow_exception(failure);
}

// The task is used again.
detail::finished_call owner::end_direct_call(task_pointer task) {
    detail::finished_call ended{nullptr, std::move(task->result)};
    task->where = pool_task::place::nowhere;
    task->has_ended = false;
    task->retries_left = task->settings.retries;
    task->done.store(false, std::memory_order_relaxed);
    spare_ = std::move(task);
    return ended;
}

}  // namespace brood::pools
