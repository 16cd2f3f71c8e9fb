// SPDX-License-Identifier: MIT
#include "pool/relay.hpp"

#include "arena/references.hpp"
#include "pool/owner.hpp"

#include "codec/exception.hpp"
#include "process/this_process.hpp"

#include <utility>

namespace brood::pools {

namespace {

// Message blocks cross as what they are: shared objects.
void save_bytes(output_archive& archive, const detail::task_bytes& held) {
    const std::uint64_t place = held.message ? held.message->block() : 0;
    archive(held.bytes, place);
    if (held.message) archive.add_shared_object(place, held.message);
}

detail::task_bytes load_bytes(input_archive& archive) {
    detail::task_bytes held;
    std::uint64_t place = 0;
    archive(held.bytes, place);
    if (place != 0) held.message = arena::hold_object(place, arena::kind::message);
    return held;
}

}  // namespace

void submission::save(output_archive& archive) const {
    archive(number, settings, function, trace);
    save_bytes(archive, arguments);
}
submission submission::load(input_archive& archive) {
    submission made;
    archive(made.number, made.settings, made.function, made.trace);
    made.arguments = load_bytes(archive);
    return made;
}

void answer::save(output_archive& archive) const {
    archive(number, has_value, timed_out, withdrawn, died_at, exception, cancelled);
    save_bytes(archive, value);
}
answer answer::load(input_archive& archive) {
    answer made;
    archive(made.number, made.has_value, made.timed_out, made.withdrawn, made.died_at, made.exception, made.cancelled);
    made.value = load_bytes(archive);
    return made;
}

// ---- in the pool's process ----------------------------------------------------------------------------------------

namespace {

// What cannot be answered, for want of memory, must not be waited for: the worker's waits end with an error.
void end_waits(const detail::shared_object& inbox) noexcept { detail::channel_core::of(inbox).close(); }

// A worker that is gone needs no answer; one that cannot be had must not hold up the others.
template <class Make>
void send_answer(const detail::shared_object& inbox, Make make) noexcept {
    try {
        output_archive archive({.handles = false});
        make().save(archive);
        detail::channel_core::of(inbox).put(archive, {});
    } catch (const std::exception&) {
        end_waits(inbox);
    }
}

answer answer_of(const pool_task& done, std::uint64_t number) {
    answer made;
    made.number = number;
    made.has_value = done.has_value();
    made.timed_out = done.timed_out;
    made.withdrawn = done.withdrawn || done.killed;
    made.died_at = done.died_at;
    made.value = done.result;
    if (!made.has_value)
        made.exception = detail::encode_exception(done.failure, {}, detail::this_process::get().name(),
                                                  platform::current_process_id());
    return made;
}

answer answer_to_cancel(std::uint64_t number, bool cancelled) {
    answer made;
    made.number = number;
    made.cancelled = cancelled;
    return made;
}

}  // namespace

void owner::handle_submission(const report_head& head, detail::taken_value& taken) {
    const auto one = member_at(head.worker);
    if (!one) return;
    try {
        relay(one, taken);
    } catch (const std::exception&) {
        end_waits(one->inbox);
    }
}

void owner::relay(const std::shared_ptr<member>& one, detail::taken_value& taken) {
    input_archive archive(taken.bytes().subspan(sizeof(report_head)), &taken);
    auto asked = submission::load(archive);
    const auto task = std::make_shared<pool_task>(nullptr, asked.settings);
    task->entry_name = std::move(asked.function);
    task->arguments = std::move(asked.arguments);
    if (tracer_ && asked.trace) {
        task->trace = tracer_->begin_relayed(*asked.trace, one->pid);
        task->trace->bytes_in = size_of(task->arguments);
    }
    const relay_key key{one->pid, asked.number};
    relayed_[key] = task;
    task->listeners.push_back({[this, task, key, inbox = one->inbox] {
                                   send_answer(inbox, [&] { return answer_of(*task, key.second); });
                                   const lock held(mutex_);
                                   relayed_.erase(key);
                               },
                               nullptr});
    try {
        enter(task);
    } catch (const std::exception&) {
        relayed_.erase(key);
        throw;
    }
    if (life_ == life::terminated)
        fail(*task, std::make_exception_ptr(cancelled("pool '" + name_ + "' was terminated")));
    else if (broken_)
        fail(*task, broken_);
}

void owner::handle_cancel(const report_head& head) {
    const auto one = member_at(head.worker);
    if (!one) return;
    const auto known = relayed_.find({one->pid, head.number});
    const bool cancelled = known != relayed_.end() && cancel_now(*known->second, head.slot != 0);
    try {
        callbacks_.push_back({[number = head.number, cancelled, inbox = one->inbox] {
                                  send_answer(inbox, [&] { return answer_to_cancel(number, cancelled); });
                              },
                              nullptr});
    } catch (const std::exception&) {
        end_waits(one->inbox);
    }
}

}  // namespace brood::pools
