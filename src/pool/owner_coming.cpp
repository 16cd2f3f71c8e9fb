// SPDX-License-Identifier: MIT
// Large results of calls that are waited for: reported before they are whole, so that the caller reads while the worker
// writes. The task ends when its worker says that all was written; until then it is run again or fails as any other.
#include "pool/owner.hpp"

#include "arena/references.hpp"

#include <utility>

namespace brood::pools {

bool owner::begins_to_come(const report_head& head, const detail::taken_value& taken) noexcept {
    return head.what == report::result && taken.message() && !channel::is_whole(taken.message()->bytes());
}

void owner::note_coming(task_pointer task, const report_head& head, const detail::taken_value& taken) {
    note_run(*task, head);
    try {
        auto coming = std::make_shared<detail::coming_result>();
        coming->bytes = keep(taken);
        task->coming = std::move(coming);
    } catch (const std::exception&) {
        return fail(*task, std::current_exception());
    }
    something_ended_ = true;  // its caller is to look
}

void owner::handle_whole(const report_head& head) {
    auto* const given = given_task(head);
    if (given == nullptr || !(*given)->coming) return;
    const task_pointer task = *given;
    task->has_ended = true;
    end_with_coming_result(task);
}

void owner::end_with_coming_result(const task_pointer& task) {
    task->result = std::exchange(task->coming, nullptr)->bytes;
    settle(*task);
}

// Whoever reads it stops.
void owner::lose_coming_result(pool_task& task) noexcept {
    if (!task.coming) return;
    task.coming->lost = true;
    task.coming.reset();
    task.is_awaited = false;  // the caller waits for its end now
}

}  // namespace brood::pools
