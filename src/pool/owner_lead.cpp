// SPDX-License-Identifier: MIT
// Who reads what the workers say.
#include "pool/owner.hpp"

#include "codec/exception.hpp"
#include "pool/relay.hpp"

#include <brood/detail/ready_gate.hpp>

#include <algorithm>
#include <cstring>

namespace brood::pools {

using detail::channel_result;

namespace {
constexpr unsigned many_submissions = 16;
}

bool owner::wait(const std::atomic<bool>& flag, const time_point* until) {
    if (flag.load(std::memory_order_acquire)) return true;
    require_ours("wait for");
    const detail::waiting_scope told;
    lock held(mutex_);
    return wait_for(
        held, [&] { return flag.load(std::memory_order_acquire); }, until);
}

void owner::look_again() noexcept {
    const lock held(mutex_);
    if (leading_) poke();
    if (followers_ > 0) done_.notify_all();
}

// For a moment: what the caller waits for may be there already, by another thread.
bool owner::help() {
    if (!is_ours()) return false;
    lock held(mutex_);
    bool helped = false;
    if (!leading_) {
        const auto soon = std::chrono::steady_clock::now() + std::chrono::microseconds(50);
        helped = lead(held, &soon);
    }
    wake_somebody();
    return helped;
}

bool owner::wait_for(lock& held, const std::function<bool()>& what, const time_point* until) {
    bool ready = what();
    while (!ready) {
        if (until != nullptr && std::chrono::steady_clock::now() >= *until) break;
        if (!leading_) {
            lead(held, until);
        } else {
            ++followers_;
            if (until == nullptr)
                done_.wait(held);
            else
                done_.wait_until(held, *until);
            --followers_;
        }
        ready = what();
    }
    wake_somebody();
    return ready;
}

// When nobody leads though somebody should.
void owner::wake_somebody() noexcept {
    if (leading_ || is_quiet()) return;
    if (followers_ > 0)
        done_.notify_one();
    else if (hub_sleeps_ && !hub_yields_)
        idle_.notify_one();
}

void owner::poke() noexcept {
    const report_head head{report::poke, 0, 0, 0};
    try {
        reports_.put_plain(&head, sizeof head, {});
    } catch (const std::exception&) {
        // the leader looks when the next report comes
    }
}

// Something is to be looked at that no report tells of.
void owner::look_after_leading() noexcept {
    ending_ = true;
    if (leading_) poke();
    done_.notify_all();
    idle_.notify_all();
}

// Who submits much reads reports, too, rather than the pool's own thread: two that change the same tasks hinder each
// other. What listens to a task is not called from there, where nobody expects it.
void owner::read_between_submissions() {
    if (++submissions_ < many_submissions || leading_) return;
    submissions_ = 0;
    ++leads_;
    read_reports();
    give_out();
    if (std::exchange(something_ended_, false) && followers_ > 0) done_.notify_all();
    if (!callbacks_.empty()) idle_.notify_one();
}

void owner::read_reports() {
    constexpr int at_once = 256;
    detail::taken_value taken;
    for (int i = 0; i < at_once && reports_.get(taken, detail::at_once) == channel_result::done; ++i) handle(taken);
}

// Whoever waits leads rather than this thread; and one that has just led is likely to do so again, once it has used
// what it waited for.
void owner::run() {
    constexpr std::chrono::microseconds grace{200};
    lock held(mutex_);
    for (std::uint64_t seen = 0; !quit_;) {
        if (leading_ || is_quiet()) {
            sleep(held);
        } else if (followers_ > 0) {
            done_.notify_one();
            sleep(held);
        } else if (callbacks_.empty() && (std::exchange(seen, leads_) != leads_ || submissions_ >= many_submissions)) {
            submissions_ = 0;
            hub_yields_ = true;
            doze(held, grace);
            hub_yields_ = false;
        } else {
            lead_or_wait(held);
            seen = leads_;
        }
    }
}

// Nobody is there who could be told that there is no memory; there may be some later.
void owner::lead_or_wait(lock& held) {
    try {
        hear(held, nullptr);
    } catch (const std::exception&) {
        doze(held, std::chrono::milliseconds(1));
    }
    tell_of_ends(held);
}

// The events of a trace are written at the latest when nothing has happened for a while.
void owner::sleep(lock& held) {
    if (trace_waits()) {
        if (!doze(held, std::chrono::nanoseconds(trace_file::interval))) tracer_->flush();
        return;
    }
    hub_sleeps_ = true;
    idle_.wait(held);
    hub_sleeps_ = false;
}

// False when the time is over.
bool owner::doze(lock& held, std::chrono::nanoseconds time) {
    hub_sleeps_ = hub_dozes_ = true;
    const auto woken = idle_.wait_for(held, time);
    hub_sleeps_ = hub_dozes_ = false;
    return woken == std::cv_status::no_timeout;
}

bool owner::lead(lock& held, const time_point* until) {
    const bool heard = hear(held, until);
    tell_of_ends(held);
    return heard;
}

bool owner::hear(lock& held, const time_point* until) {
    bool heard = false;
    const leader here(*this);
    ending_ = false;
    look_around(held);
    detail::taken_value taken;
    if (!something_ended_ && callbacks_.empty() && !has_dead_ && !ending_) {
        const auto limit = earliest(until);
        const auto got = [&] {
            const unlocked now(held, leader_waits_);
            return reports_.get(taken, limit);
        }();
        heard = got == channel_result::done;
        if (heard)
            handle(taken);
        else if (trace_waits())
            tracer_->flush();
    }
    if (given_count_ > 0) read_reports();  // else nobody is about to say anything
    if (!is_at_rest()) look_around(held);
    return heard;
}

// Nothing has become due since somebody looked around.
bool owner::is_at_rest() const noexcept {
    return given_count_ == 0 && pending_count_ == 0 && life_ == life::open && !has_dead_ && !ending_ &&
           living() <= static_cast<std::size_t>(wanted_.load(std::memory_order_relaxed));
}

// What is due beside reports.
void owner::look_around(lock& held) {
    if (has_dead_) bury();
    stop_late_tasks();
    give_out();
    share_batches();
    if (life_ != life::open && is_done() && !queue_closed_) {
        queue_closed_ = true;
        tasks_.close();
    }
    if (is_done() && living() > static_cast<std::size_t>(wanted_.load())) dismiss_surplus();
    keep_workers(held);
    if (process_exits && members_.empty() && unfinished_ > 0)
        fail_everything(std::make_exception_ptr(cancelled("the program ends")));
}

platform::deadline owner::earliest(const time_point* until) const {
    platform::deadline limit;
    if (until != nullptr) limit = *until;
    for (const auto& next : {next_check_, next_share_})
        if (next && (!limit || *next < *limit)) limit = next;
    if (trace_waits()) {
        const auto then = std::chrono::steady_clock::now() + std::chrono::nanoseconds(trace_file::interval);
        if (!limit || then < *limit) limit = then;
    }
    return limit;
}

// ---- reports ------------------------------------------------------------------------------------------------------

namespace {

std::exception_ptr read_exception(const detail::taken_value& taken) {
    try {
        return detail::decode_exception(text_of(taken));
    } catch (...) {
        return std::current_exception();
    }
}

}  // namespace

void owner::handle(detail::taken_value& taken) {
    report_head head;
    if (taken.bytes().size() < sizeof head) return;
    std::memcpy(&head, taken.bytes().data(), sizeof head);
    switch (head.what) {
        case report::poke: break;
        case report::ready:
            failed_starts_ = 0;
            if (const auto one = member_at(head.worker)) {
                one->ready = true;
                one->ready_at = clock_now();
                if (tracer_) tracer_->worker_note(one->pid, "worker ready", one->ready_at);
            }
            break;
        case report::leaving:
            if (const auto one = member_at(head.worker)) {
                one->leaving = true;
                one->was_dismissed = head.slot != 0;
                if (tracer_) tracer_->worker_note(one->pid, "worker leaves", clock_now());
            }
            break;
        case report::waits:
            if (const auto one = member_at(head.worker)) ++one->waits;
            break;
        case report::goes_on:
            if (const auto one = member_at(head.worker); one && one->waits > 0) --one->waits;
            break;
        case report::refused: handle_refusal(taken); break;
        case report::submit: handle_submission(head, taken); break;
        case report::cancel: handle_cancel(head); break;
        case report::some: handle_some(head, taken); break;
        case report::whole: handle_whole(head); break;
        case report::result:
        case report::exception: handle_task_report(head, taken); break;
    }
}

// Null when it ended otherwise, by cancel() or in time, or is about to.
task_pointer* owner::given_task(const report_head& head) {
    if (head.slot >= most_slots) return nullptr;
    auto& task = given_[head.slot];
    if (!task || task->generation != head.number || task->killed || task->timed_out) return nullptr;
    return &task;
}

void owner::note_run(pool_task& task, const report_head& head) noexcept {
    task.busy = std::chrono::nanoseconds(std::max<std::int64_t>(0, head.busy));
    if (head.busy > 0) mean_run_ += (static_cast<double>(task.busy.count()) - mean_run_) / 16;
}

void owner::handle_task_report(const report_head& head, const detail::taken_value& taken) {
    auto* const given = given_task(head);
    if (given == nullptr) return;
    if (begins_to_come(head, taken)) return note_coming(*given, head, taken);
    detail::task_bytes result;
    std::exception_ptr failure;
    try {
        if (head.what == report::result) result = keep(taken);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    const task_pointer task = std::move(*given);  // free_slot() would let go of it
    task->has_ended = true;
    note_run(*task, head);
    if (head.what == report::exception) {
        if (task->trace) task->trace->outcome = "exception";
        return fail(*task, read_exception(taken));
    }
    if (failure || task->failure) return fail(*task, failure ? failure : task->failure);
    task->result = std::move(result);
    settle(*task);
}

// Its workers cannot begin: the pool is of no use.
void owner::handle_refusal(const detail::taken_value& taken) {
    if (!broken_) broken_ = read_exception(taken);
    fail_everything(broken_);
}

}  // namespace brood::pools
