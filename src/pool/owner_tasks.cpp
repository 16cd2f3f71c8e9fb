// SPDX-License-Identifier: MIT
// Tasks of a pool, from submission to their end.
#include "pool/owner.hpp"

#include "arena/references.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace brood::pools {

namespace {

thread_local bool in_callback = false;

std::exception_ptr make_cancelled(const pool_task& task) {
    return make_error([&] { return cancelled("task " + std::to_string(task.number) + " was cancelled"); });
}

}  // namespace

// ---- in -----------------------------------------------------------------------------------------------------------

void owner::submit(const task_pointer& task, urgency how) {
    require_ours("submit to");
    lock held(mutex_);
    if (how == urgency::usual)
        admit(held);
    else
        check_open(queue_closed_);
    enter(task);
    read_between_submissions();
    wake_somebody();
}

// Or throws.
void owner::admit(lock& held) {
    check_open(true);
    if (options_.queue_limit && !in_callback) wait_for_room(held);
}

void owner::wait_for_room(lock& held) {
    const auto limit = static_cast<std::size_t>(*options_.queue_limit);
    wait_for(
        held,
        [&] {
            return unfinished_ < limit + static_cast<std::size_t>(wanted_.load()) || life_ != life::open || broken_;
        },
        nullptr);
    check_open(true);
}

void owner::count_in(pool_task& task) noexcept {
    task.number = next_number_++;
    memory_.face.unfinished.store(++unfinished_, std::memory_order_relaxed);
}

void owner::count_out() noexcept { memory_.face.unfinished.store(--unfinished_, std::memory_order_relaxed); }

void owner::enter(const task_pointer& task) {
    count_in(*task);
    if (task->trace) {
        if (task->trace->submitted == 0) task->trace->submitted = clock_now();
        tracer_->waiting(waiting_tasks() + 1, task->trace->submitted);
    }
    if (task->settings.priority != 0) has_priorities_ = true;
    try {
        if (has_priorities_) take_back_less_urgent(task->settings.priority);
        if (pending_count_ == 0 && !broken_ && has_place())
            give(task);
        else
            put_aside(task, false);
    } catch (...) {
        count_out();
        throw;
    }
    if (pending_count_ > 0) give_out();
}

void owner::put_aside(const task_pointer& task, bool first) {
    auto& line = pending_[task->settings.priority];
    if (first)
        line.push_front(task);
    else
        line.push_back(task);
    task->where = pool_task::place::pending;
    ++pending_count_;
}

// To its turn, or to its end where there is no memory for the line.
void owner::put_back(const task_pointer& task) {
    free_slot(*task);
    task->where = pool_task::place::nowhere;
    try {
        put_aside(task, true);
    } catch (const std::exception&) {
        fail(*task, std::current_exception());
    }
}

// Those that were cancelled meanwhile are only in the line any more.
task_pointer owner::next_pending() {
    while (!pending_.empty()) {
        auto& line = pending_.begin()->second;
        while (!line.empty()) {
            task_pointer task = std::move(line.front());
            line.pop_front();
            if (task->where != pool_task::place::pending) continue;
            --pending_count_;
            return task;
        }
        pending_.erase(pending_.begin());
    }
    return nullptr;
}

// ---- out ----------------------------------------------------------------------------------------------------------

// Enough that no worker waits for this process, and not so many that one waits behind another's long task.
std::size_t owner::most_given_out() const noexcept {
    constexpr double ahead = 300e3;  // nanoseconds
    const auto workers = static_cast<double>(std::max(1, wanted_.load(std::memory_order_relaxed)));
    const double wanted = workers * (2 + ahead / std::max(mean_run_, 50.0));
    return static_cast<std::size_t>(std::min<double>(wanted, most_slots));
}

// Tasks that wait for others are given out, but nobody is busy with them.
std::size_t owner::most_at_once() const noexcept {
    return std::min<std::size_t>(most_given_out() + (living() - at_work()), most_slots);
}

// The usual case needs no arithmetic: as many as there are workers may always be given out.
bool owner::has_place() const noexcept {
    const auto workers = static_cast<std::size_t>(wanted_.load(std::memory_order_relaxed));
    return given_count_ < std::min<std::size_t>(workers, most_slots) || given_count_ < most_at_once();
}

void owner::give_out() {
    if (pending_count_ == 0 || broken_) return;
    for (const auto most = most_at_once(); given_count_ < most;) {
        const auto task = next_pending();
        if (!task) return;
        if (!give(task)) return;
    }
}

// Throws std::bad_alloc, or serialization_error.
task_record owner::make_record(const pool_task& task) {
    task_head head{};
    head.generation = task.generation;
    head.slot = static_cast<std::uint16_t>(task.slot);
    head.function = task.entry != nullptr ? functions_.number_of(task.entry) : unnumbered;
    std::string name;
    if (head.function == unnumbered) name = task.entry != nullptr ? name_function(task.entry) : task.entry_name;
    head.name_size = static_cast<std::uint16_t>(name.size());
    head.timed = task.settings.timeout ? 1 : 0;
    head.traced = task.trace ? 1 : 0;
    head.batch = task.batch ? 1 : 0;
    head.single = task.is_single ? 1 : 0;
    head.awaited = task.is_awaited ? 1 : 0;
    std::string_view arguments = task.arguments.bytes;
    const std::uint64_t place = task.arguments.message ? task.arguments.message->block() : 0;
    if (place != 0) {
        head.in_message = 1;
        arguments = {reinterpret_cast<const char*>(&place), sizeof place};
    }
    return {head, name, arguments};
}

void owner::put_record(const pool_task& task) {
    const auto made = make_record(task);
    tasks_.put_plain(made.bytes().data(), made.bytes().size(), {});
}

// Of what the last one left there, for tasks of which more is to be known than whether they run. The record tells of
// it.
void owner::clean_slot(const pool_task& task) noexcept {
    auto& place = memory_.slots[task.slot];
    place.position.store(0, std::memory_order_relaxed);
    place.batch.store(detail::task_session::make_batch(0, task.batch ? task.batch->elements : 0),
                      std::memory_order_relaxed);
    place.begun.store(0, std::memory_order_relaxed);
    if (task.trace)
        for (auto* time : {&place.taken, &place.read, &place.ended, &place.sent})
            time->store(0, std::memory_order_relaxed);
    // Who ran the last one and still notes something of it sees that it is not its own any more.
    place.claim.store(make_claim(task.generation - 1, 0, claim_state::withdrawn), std::memory_order_release);
}

void owner::take_slot(pool_task& task) {
    task.slot = free_slots_.back();
    free_slots_.pop_back();
    task.generation = next_generation_++;
    task.where = pool_task::place::given_out;
    if (!task.is_single || task.batch || task.settings.timeout || task.trace) clean_slot(task);
}

void owner::note_given(const task_pointer& task) {
    const auto callee = callees_.number_of(task->calls);
    if (std::exchange(slot_callees_[task->slot], callee) != callee)
        memory_.slots[task->slot].callee.store(callee, std::memory_order_relaxed);
    given_[task->slot] = task;
    ++given_count_;
    if (task->batch) ++batches_given_;
    if (note_limit(*task) && leader_waits_) poke();  // it may sleep for longer than that
}

// False when there is no memory for its record now.
bool owner::give(const task_pointer& task) {
    const bool only = given_count_ == 0;
    std::exception_ptr failure;
    take_slot(*task);
    try {
        put_record(*task);
    } catch (const std::exception&) {
        failure = std::current_exception();
    }
    note_given(task);  // a worker may have begun
    if (!failure) return true;
    if (only) {  // nothing that ends will make room
        fail(*task, failure);
        return true;
    }
    put_back(task);
    return false;
}

// Its record may be lost. Who gets it twice runs it once.
void owner::put_again(const task_pointer& task) {
    try {
        put_record(*task);
    } catch (const std::exception&) {
        if (take_back(*task)) put_back(task);
    }
}

// True when no worker has it or will.
bool owner::take_back(pool_task& task) { return memory_.slots[task.slot].withdraw(task.generation); }

// So that the more urgent one is next.
void owner::take_back_less_urgent(int priority) {
    std::vector<task_pointer> back;
    back.reserve(given_count_);
    for (const auto& task : given_)
        if (task && task->settings.priority < priority && take_back(*task)) back.push_back(task);
    std::sort(back.begin(), back.end(), [](const auto& a, const auto& b) { return a->number > b->number; });
    for (const auto& task : back) put_back(task);
}

void owner::free_slot(pool_task& task) {
    const std::uint32_t slot = task.slot;
    if (!task.has_ended) take_back(task);  // its record may still be under way
    given_[slot] = nullptr;
    free_slots_.push_back(slot);
    --given_count_;
    if (task.batch) --batches_given_;
}

// A task that was cancelled stays in the line until its turn. Behind the last one that was not there is no turn any
// more, and a task holds its pool.
void owner::leave_line() noexcept {
    if (--pending_count_ == 0) pending_.clear();
}

// ---- ended --------------------------------------------------------------------------------------------------------

// The caller keeps it alive.
void owner::settle(pool_task& task) {
    if (task.where == pool_task::place::ended) return;
    if (task.trace) trace_end(task);
    if (task.where == pool_task::place::given_out) free_slot(task);
    if (task.where == pool_task::place::pending) leave_line();
    task.where = pool_task::place::ended;
    task.arguments = {};
    show_end_of(task);
    something_ended_ = true;
    callbacks_.splice(callbacks_.end(), task.listeners);
    task.done.store(true, std::memory_order_release);
}

void owner::show_end_of(const pool_task& task) noexcept {
    auto& face = memory_.face;
    count_out();
    face.ended.store(face.ended.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    if (task.failure) face.failed.store(face.failed.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void owner::fail(pool_task& task, const std::exception_ptr& why) {
    lose_coming_result(task);
    task.failure = why;
    settle(task);
}

void owner::fail_everything(const std::exception_ptr& why) {
    if (tracer_ && pending_count_ > 0)
        tracer_->pool_note(std::to_string(pending_count_) + " tasks end without having run", clock_now());
    for (auto& [priority, line] : std::exchange(pending_, {})) {
        for (auto& task : line) {
            if (task->where != pool_task::place::pending) continue;
            task->trace.reset();  // the note tells of them
            fail(*task, why);
        }
    }
    for (std::size_t slot = 0; slot < given_.size(); ++slot)
        if (const auto task = given_[slot]) fail(*task, why);
}

bool owner::cancel(pool_task& task, bool running) {
    if (!is_ours()) return false;
    lock held(mutex_);
    const bool cancelled = cancel_now(task, running);
    if (followers_ > 0) done_.notify_all();
    run_callbacks(held);
    return cancelled;
}

bool owner::cancel_now(pool_task& task, bool running) {
    if (task.where == pool_task::place::ended || task.killed || task.timed_out) return task.killed || task.withdrawn;
    if (task.where == pool_task::place::pending || (task.where == pool_task::place::given_out && take_back(task))) {
        task.withdrawn = true;
        fail(task, make_cancelled(task));
        return true;
    }
    if (!running) return false;
    task.killed = true;
    kill_worker_of(task);
    return true;
}

void owner::on_ready(pool_task& task, std::function<void()> what, const void* key) {
    {
        const lock held(mutex_);
        if (!task.done.load(std::memory_order_acquire)) {
            task.listeners.push_back({std::move(what), key});
            return;
        }
    }
    what();
}

void owner::forget(pool_task& task, const void* key) noexcept {
    const lock held(mutex_);
    std::erase_if(task.listeners, [&](const auto& one) { return one.key == key; });
}

void owner::tell_of_ends(lock& held) {
    if (std::exchange(something_ended_, false) && followers_ > 0) done_.notify_all();
    run_callbacks(held);
}

void owner::run_callbacks(lock& held) {
    while (!callbacks_.empty()) {
        auto all = std::exchange(callbacks_, {});
        const bool outer = std::exchange(in_callback, true);
        try {
            const unlocked now(held);
            for (; !all.empty(); all.pop_front()) std::exchange(all.front().call, nullptr)();
        } catch (...) {
            in_callback = outer;
            all.pop_front();
            callbacks_.splice(callbacks_.begin(), all);  // for whoever leads next
            throw;
        }
        in_callback = outer;
        if (followers_ > 0) done_.notify_all();
    }
}

}  // namespace brood::pools
