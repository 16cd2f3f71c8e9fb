// SPDX-License-Identifier: MIT
#include "pool/worker_core.hpp"

#include "arena/sleepers.hpp"
#include "codec/exception.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace brood::pools {

using detail::channel_result;
using time_point = std::chrono::steady_clock::time_point;

namespace {

// The pool is told that this worker does nothing meanwhile, so that another one does.
class waiting_scope_of_task {
public:
    explicit waiting_scope_of_task(worker& here) : here_(here) { here_.tell(report::waits); }
    ~waiting_scope_of_task() { here_.tell(report::goes_on); }
    waiting_scope_of_task(const waiting_scope_of_task&) = delete;
    waiting_scope_of_task& operator=(const waiting_scope_of_task&) = delete;

private:
    worker& here_;
};

}  // namespace

void worker_core::submit(const std::shared_ptr<detail::pool_task>& task, urgency) {
    submission asked;
    asked.settings = task->settings;
    asked.function = task->entry != nullptr ? name_function(task->entry) : task->entry_name;
    asked.arguments = task->arguments;
    const lock held(mutex_);
    asked.number = next_number_++;
    const report_head head{report::submit, here_.setup().index, 0, 0, 0};
    output_archive archive({.handles = false});
    archive.write(&head, sizeof head);
    asked.save(archive);
    asked_.emplace(asked.number, task);
    try {
        here_.reports().put(archive, {});
    } catch (...) {
        asked_.erase(asked.number);
        throw;
    }
}

bool worker_core::wait(const std::atomic<bool>& flag, const time_point* until) {
    const platform::deadline limit = until == nullptr ? platform::deadline{} : platform::deadline{*until};
    lock held(mutex_);
    read_inbox(held);
    if (flag.load(std::memory_order_acquire)) return true;
    if (arena::is_past(limit)) return false;
    const waiting_scope_of_task told(here_);
    for (;;) {
        step(held, limit);
        read_inbox(held);
        if (flag.load(std::memory_order_acquire)) return true;
        if (arena::is_past(limit)) return false;
    }
}

// Not for long: what the caller waits for may be there already, by another thread.
bool worker_core::help() {
    const waiting_scope_of_task told(here_);
    lock held(mutex_);
    step(held, std::chrono::steady_clock::now() + std::chrono::milliseconds(10));
    read_inbox(held);
    return true;
}

// Sleeps until something may have changed.
void worker_core::step(lock& held, platform::deadline until) {
    if (leading_) {  // another thread sleeps at the inbox
        if (until)
            settled_.wait_until(held, *until);
        else
            settled_.wait(held);
        return;
    }
    leading_ = true;
    held.unlock();
    here_.inbox().wait_filled(until);
    held.lock();
    leading_ = false;
    settled_.notify_all();
}

void worker_core::on_ready(detail::pool_task& task, std::function<void()> what, const void* key) {
    {
        const lock held(mutex_);
        if (!task.done.load(std::memory_order_acquire)) {
            task.listeners.push_back({std::move(what), key});
            return;
        }
    }
    what();
}

void worker_core::forget(detail::pool_task& task, const void* key) noexcept {
    const lock held(mutex_);
    std::erase_if(task.listeners, [&](const auto& one) { return one.key == key; });
}

void worker_core::read_inbox(lock& held) {
    listeners told;
    detail::taken_value taken;
    for (;;) {
        const auto got = here_.inbox().get(taken, detail::at_once);
        if (got == channel_result::closed) fail_all(told);
        if (got != channel_result::done) break;
        input_archive archive(taken.bytes(), &taken);
        settle(answer::load(archive), told);
    }
    if (told.empty()) return;
    held.unlock();
    for (auto& each : told) each.call();
    told.clear();
    held.lock();
}

void worker_core::settle(const answer& what, listeners& told) {
    const auto found = asked_.find(what.number);
    if (found == asked_.end()) return;
    const auto task = std::move(found->second);
    asked_.erase(found);
    if (what.has_value)
        task->result = what.value;
    else
        task->failure = detail::decode_exception(what.exception);
    task->died_at = what.died_at;
    task->timed_out = what.timed_out;
    end(*task, told);
}

// The pool could not answer.
void worker_core::fail_all(listeners& told) {
    for (const auto& [number, task] : std::exchange(asked_, {})) {
        task->failure = std::make_exception_ptr(std::bad_alloc());
        end(*task, told);
    }
}

void worker_core::end(detail::pool_task& task, listeners& told) {
    for (auto& each : task.listeners) told.push_back(std::move(each));
    task.listeners.clear();
    task.done.store(true, std::memory_order_release);
    settled_.notify_all();
}

}  // namespace brood::pools

namespace brood::detail {

std::shared_ptr<pool_core> pool_core::current() noexcept {
    auto* const here = pools::this_worker();
    return here == nullptr ? nullptr : here->core();
}

}  // namespace brood::detail
