// SPDX-License-Identifier: MIT
// Tasks that are batches: what they tell of while they run, and how a worker with nothing to do gets a share of one.
#include "pool/owner.hpp"

#include <algorithm>
#include <chrono>

namespace brood::pools {

using detail::task_batch;
using session = detail::task_session;

void owner::handle_some(const report_head& head, const detail::taken_value& taken) {
    const auto* const given = given_task(head);
    if (given == nullptr || !(*given)->batch) return;
    const auto& task = *given;
    if (task->failure) return;
    auto& results = task->batch->untaken.results;
    try {
        if (taken.message())
            results.add(head.elements, keep(taken));
        else
            results.add(head.elements, text_of(taken));
    } catch (const std::exception&) {
        task->failure = std::current_exception();  // of all that was not taken, at its end
        results = {};
    }
    tell_news(task);
}

// Without memory for that, the next news are told with it, or the end.
void owner::tell_news(const task_pointer& batch) noexcept {
    if (batch->batch->is_told) return;
    try {
        callbacks_.push_back({[batch] { batch->batch->news(); }, nullptr});
        batch->batch->is_told = true;
    } catch (const std::exception&) {
    }
}

task_batch::news_so_far owner::take_news(pool_task& batch) {
    const lock held(mutex_);
    batch.batch->is_told = false;
    return std::exchange(batch.batch->untaken, {});
}

namespace {

// What others may get of a batch that runs. Its worker may be reading its elements still: one stays, or all might go
// from one to the next for ever.
std::uint64_t not_begun(const task_slot& slot) noexcept {
    const auto batch = slot.batch.load();
    const std::uint64_t stays = std::max<std::uint64_t>(session::batch_begun(batch), 1);
    const std::uint64_t end = session::batch_end(batch);
    return end - std::min(end, stays);
}

// Lets the batch end before the element `end`, or before the first that has not begun. Nothing, when it ends so anyway.
std::optional<std::uint64_t> end_at(task_slot& slot, std::uint64_t end) noexcept {
    auto now = slot.batch.load();
    for (;;) {
        const std::uint64_t begun = session::batch_begun(now), before = session::batch_end(now);
        const auto wanted = std::max(begun, end);
        if (wanted >= before) return std::nullopt;
        if (slot.batch.compare_exchange_weak(now, session::make_batch(begun, wanted))) return wanted;
    }
}

}  // namespace

void owner::shorten(pool_task& batch, std::uint64_t end) {
    if (!is_ours() || !batch.batch) return;
    lock held(mutex_);
    if (batch.where != pool_task::place::given_out) return;
    take_rest(given_[batch.slot], end);
    run_callbacks(held);
}

void owner::take_rest(const task_pointer& batch, std::uint64_t end) {
    const auto ends = end_at(memory_.slots[batch->slot], end);
    if (!ends) return;
    batch->batch->untaken.ends_at = ends;
    tell_news(batch);
}

// ---- shares -------------------------------------------------------------------------------------------------------

// Some worker has nothing to do, and there is nothing for it.
bool owner::is_short_of_tasks() const noexcept { return pending_count_ == 0 && given_count_ < at_work(); }

// A batch was made because its elements seemed short. While one of them is not, or while others have nothing to do,
// they get half of what it has not begun; in the manner of work stealing, whose classic is Cilk.
void owner::share_batches() {
    constexpr std::chrono::microseconds late{100};
    if (batches_given_ == 0 || !is_short_of_tasks()) {
        next_share_.reset();
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (next_share_ && now < *next_share_) return;
    next_share_ = now + late;
    task_pointer longest;
    std::uint64_t most = 0;
    for (const auto& task : given_) {
        if (!task || !task->batch) continue;
        const auto& slot = memory_.slots[task->slot];
        if (!slot.runner_of(task->generation)) continue;
        if (clock_now() - slot.begun.load() < std::chrono::nanoseconds(late).count()) continue;
        const std::uint64_t left = not_begun(slot);
        if (left <= most) continue;
        most = left;
        longest = task;
    }
    if (longest) take_rest(longest, session::batch_end(memory_.slots[longest->slot].batch.load()) - (most + 1) / 2);
}

}  // namespace brood::pools
