// SPDX-License-Identifier: MIT
#include "pool/worker_core.hpp"

#include "codec/exception.hpp"
#include "pool/tracer.hpp"

#include <brood/detail/ready_gate.hpp>

#include <future>
#include <new>
#include <thread>
#include <utility>

namespace brood::pools {

using detail::channel_result;
using time_point = std::chrono::steady_clock::time_point;

void worker_core::submit(const std::shared_ptr<detail::pool_task>& task, urgency) {
    submission asked;
    asked.settings = task->settings;
    asked.function = task->entry != nullptr ? name_function(task->entry) : task->entry_name;
    asked.arguments = task->arguments;
    if (const auto* trace = task->trace.get())
        asked.trace = {trace->portable_name, trace->write_begun, trace->write_ended, trace->elements};
    const lock held(mutex_);
    if (fails()) throw std::bad_alloc();
    start_reading();
    asked.number = task->number = next_number_++;
    const report_head head{report::submit, here_.index(), 0, 0};
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

std::unique_ptr<task_trace> worker_core::begin_trace(const detail::target& what) {
    if (!here_.setup().traced) return nullptr;
    auto made = std::make_unique<task_trace>();
    const auto called = what.calls();
    made->portable_name = portable_name(called);
    made->elements = called.elements;
    made->write_begun = clock_now();
    return made;
}

// A thread of brood's own reads the answers: whatever thread of the task waits, for whatever is made from them.
void worker_core::start_reading() {
    if (reads_) return;
    reads_ = true;
    // It must count as brood's own before anybody counts threads.
    std::promise<void> started;
    std::thread([this, &started] {
        const platform::helper_thread mark;
        reader_ = std::this_thread::get_id();
        started.set_value();
        for (;;) {
            here_.inbox().wait_filled({});
            if (!read_inbox()) return;
        }
    }).detach();
    started.get_future().wait();
}

bool worker_core::wait(const std::atomic<bool>& flag, const time_point* until) {
    const auto is_ready = [&] { return flag.load(std::memory_order_acquire); };
    if (is_ready()) return true;
    if (until != nullptr && std::chrono::steady_clock::now() >= *until) return false;
    const detail::waiting_scope told;
    lock held(mutex_);
    if (until != nullptr) return settled_.wait_until(held, *until, is_ready);
    settled_.wait(held, is_ready);
    return true;
}

void worker_core::look_again() noexcept {
    const lock held(mutex_);
    settled_.notify_all();
}

bool worker_core::cancel(detail::pool_task& task, bool running) {
    lock held(mutex_);
    const auto number = task.number;
    if (asked_.count(number) == 0) return task.withdrawn;
    here_.send({report::cancel, here_.index(), number, static_cast<std::uint16_t>(running)}, {});
    const auto is_told = [&] { return cancelled_.count(number) != 0 || fails_; };
    while (!is_told()) {
        if (std::this_thread::get_id() != reader_) {
            settled_.wait(held, is_told);
            break;
        }
        held.unlock();  // in a callback: nobody else reads
        here_.inbox().wait_filled({});
        read_inbox();
        held.lock();
    }
    // Of several who cancel one task, the first is told that it ends, and the others that it is not there any more.
    const auto told = cancelled_.extract(number);
    return task.withdrawn = task.withdrawn || (!told.empty() && told.mapped());
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

// False when there will be no more.
bool worker_core::read_inbox() {
    listeners told;
    detail::taken_value taken;
    channel_result got = channel_result::done;
    {
        const lock held(mutex_);
        while ((got = here_.inbox().get(taken, detail::at_once)) == channel_result::done) {
            input_archive archive(taken.bytes(), &taken);
            settle(answer::load(archive), told);
        }
        if (got != channel_result::late) fail_all(told);
    }
    for (auto& each : told) each.call();
    const lock held(mutex_);
    settled_.notify_all();
    return got == channel_result::late;
}

void worker_core::settle(const answer& what, listeners& told) {
    if (what.cancelled) {
        cancelled_.emplace(what.number, *what.cancelled);
        return;
    }
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
    task->withdrawn = what.withdrawn;
    end(*task, told);
}

// The pool could not answer.
void worker_core::fail_all(listeners& told) {
    fails_ = true;
    for (const auto& [number, task] : std::exchange(asked_, {})) {
        task->failure = std::make_exception_ptr(std::bad_alloc());
        end(*task, told);
    }
}

void worker_core::end(detail::pool_task& task, listeners& told) {
    told.splice(told.end(), task.listeners);
    task.done.store(true, std::memory_order_release);
}

}  // namespace brood::pools

namespace brood::detail {

std::shared_ptr<pool_core> pool_core::current() noexcept {
    auto* const here = pools::this_worker();
    return here == nullptr ? nullptr : here->core();
}

}  // namespace brood::detail
