// SPDX-License-Identifier: MIT
#include "pool/worker.hpp"

#include "arena/references.hpp"
#include "codec/exception.hpp"
#include "codec/function.hpp"
#include "codec/stack.hpp"
#include "pool/task_bytes.hpp"
#include "pool/worker_core.hpp"
#include "process/child_session.hpp"
#include "process/this_process.hpp"

#include "platform/platform.hpp"

#include <array>
#include <cstring>

namespace brood::pools {

using detail::channel_result;

// ---- what it is told ----------------------------------------------------------------------------------------------

namespace {

// Tasks name functions by their place in the program, so it must be the same build; that of the library in which a
// worker begins was compared before.
void require_same_program(const std::string& build_id) {
    const auto& here = detail::own_program().location;
    if (build_id != here.build_id)
        throw bootstrap_error("the program " + here.module_path + " here has build id " + detail::hex(here.build_id) +
                              ", the pool's has " + detail::hex(build_id) + ": both must run the same build");
}

}  // namespace

void worker_setup::save(output_archive& archive) const {
    archive(detail::own_program().location.build_id);
    memory.save(archive);
    tasks.save(archive);
    reports.save(archive);
    inbox.save(archive);
    archive(index, workers, initializer_name, initializer, finalizer_name, finalizer, most_tasks, memory_growth_limit,
            idle_timeout, defaults, traced);
}

void worker_setup::load(input_archive& archive) {
    require_same_program(detail::load_value<std::string>(archive));
    memory = detail::shared_object::load(archive, arena::kind::bytes);
    tasks = detail::channel_core::load(archive, 0);
    reports = detail::channel_core::load(archive, 0);
    inbox = detail::channel_core::load(archive, 0);
    archive(index, workers, initializer_name, initializer, finalizer_name, finalizer, most_tasks, memory_growth_limit,
            idle_timeout, defaults, traced);
}

// ---- one task -----------------------------------------------------------------------------------------------------

namespace {

worker* only = nullptr;

class running_task final : public detail::task_session {
public:
    running_task(worker& owner, const task_head& head, std::uint64_t elements_left)
        : owner_(owner), head_(head), slot_(owner.memory().slots[head.slot]) {
        position = &slot_.position;
        if (head.timed != 0) begun = &slot_.begun;
        most_elements = elements_left;
    }

    void arguments_read() override {
        // What lay in the record itself was read in no time.
        const auto now = is_small() ? owner_.line().since.load(std::memory_order_relaxed) : clock_now();
        begun_ = now;
        if (head_.batch != 0) batch = &slot_.batch;
        slot_.begun.store(now, std::memory_order_relaxed);
        if (head_.traced != 0) slot_.read.store(now, std::memory_order_relaxed);
    }
    output_archive& begin_result() override {
        auto head = head_of(report::result, 0);
        head.busy = end_run();
        result_.emplace(archive_mode{.handles = false}).write(&head, sizeof head);
        return *result_;
    }
    void send_result() override {
        if (head_.awaited != 0 && channel::growing_message::is_worth_it(*result_))
            send_growing_result();
        else if (!owner_.answer(head_.generation, *result_))
            owner_.reports().put(*result_, {});
        sent_ = true;
        if (head_.traced != 0) owner_.note_sent(head_.slot);
    }
    bool was_sent() const noexcept { return sent_; }
    // How long it ran, if it came to that. Of a small task that is not looked at before its result was sent.
    std::int64_t end_run() const noexcept {
        if (head_.single != 0 && is_small()) return owner_.last_run();
        const auto now = clock_now();
        if (head_.traced != 0) slot_.ended.store(now, std::memory_order_relaxed);
        return begun_ != 0 ? now - begun_ : 0;
    }

    void send_bare(const void* value, std::size_t size) override {
        const auto head = head_of(report::some, 0);
        std::array<std::byte, sizeof head + detail::most_bare> record;
        std::memcpy(record.data(), &head, sizeof head);
        if (size != 0) std::memcpy(record.data() + sizeof head, value, size);
        owner_.reports().put_plain(record.data(), sizeof head + size, {});
    }
    output_archive& begin_some(std::size_t count) override {
        const auto head = head_of(report::some, count);
        some_.emplace(archive_mode{.handles = false}).write(&head, sizeof head);
        return *some_;
    }
    void send_some() override { owner_.reports().put(*some_, {}); }

private:
    // Its caller reads it meanwhile, but has it only when all was told.
    void send_growing_result() {
        channel::growing_message message(*result_);
        owner_.reports().put_message(message.block(), {});
        message.write_blocks();
        const auto head = head_of(report::whole, 0);
        owner_.reports().put_plain(&head, sizeof head, {});
    }
    bool is_small() const noexcept { return head_.in_message == 0 && head_.traced == 0; }
    report_head head_of(report what, std::size_t count) const noexcept {
        return {what, owner_.index(), head_.generation, head_.slot, static_cast<std::uint32_t>(count), 0};
    }

    worker& owner_;
    const task_head& head_;
    task_slot& slot_;
    std::optional<output_archive> result_, some_;
    std::int64_t begun_ = 0;
    bool sent_ = false;
};

// For calls that give nothing back.
class silent_session final : public detail::target_session {
public:
    void arguments_read() override {}
    output_archive& begin_result() override { return result_.emplace(); }
    void send_result() override {}

private:
    std::optional<output_archive> result_;
};

void call(const std::string& name, const std::string& arguments) {
    if (name.empty()) return;
    input_archive archive(std::as_bytes(std::span(arguments)));
    silent_session session;
    find_function(name)(archive, session);
}

std::uint64_t message_place(std::span<const std::byte> bytes) {
    std::uint64_t place = 0;
    if (bytes.size() != sizeof place) throw serialization_error("a task's record does not say where its arguments are");
    std::memcpy(&place, bytes.data(), sizeof place);
    return place;
}

std::string encode(const std::exception_ptr& failure) {
    return detail::encode_exception(failure, detail::thrown_stack(failure), detail::this_process::get().name(),
                                    platform::current_process_id());
}

}  // namespace

worker* this_worker() noexcept {
    return only != nullptr && only->pid() == platform::current_process_id() ? only : nullptr;
}

// ---- the worker ---------------------------------------------------------------------------------------------------

worker::worker(const worker_setup& setup)
    : setup_(setup),
      memory_(setup.memory.as<pool_memory>()),
      tasks_(detail::channel_core::of(setup_.tasks)),
      reports_(detail::channel_core::of(setup_.reports)),
      inbox_(detail::channel_core::of(setup_.inbox)),
      core_(std::make_shared<worker_core>(*this)),
      functions_(memory_) {
    only = this;
    line().slot = 0;
    line().pid = platform::current_process_id();
}

void worker::run() {
    detail::waiting_scope::watch_this_thread(this);
    if (!begin()) return;
    loop();
    leave();
}

bool worker::begin() {
    try {
        call(setup_.initializer_name, setup_.initializer);
    } catch (...) {
        send({report::refused, index(), 0, 0}, encode(std::current_exception()));
        return false;
    }
    if (setup_.memory_growth_limit) first_memory_ = platform::memory_of_process(platform::current_process_id());
    show(worker_phase::idle);
    send({report::ready, index(), 0, 0}, {});
    return true;
}

void worker::loop() {
    detail::taken_value taken;
    offered_call direct(memory_.direct);
    while (!is_worn() && !told_to_leave_) {
        platform::deadline until;
        if (setup_.idle_timeout)
            until = std::chrono::steady_clock::now() + std::chrono::nanoseconds(*setup_.idle_timeout);
        if (take(taken, direct, until) != next::task) return;
        handle(taken);
    }
}

void worker::leave() {
    show(worker_phase::ending);
    try {
        call(setup_.finalizer_name, setup_.finalizer);
    } catch (...) {
        detail::print_uncaught(std::current_exception());
    }
    send({report::leaving, index(), 0, static_cast<std::uint16_t>(told_to_leave_)}, {});
}

bool worker::offered_call::take(detail::taken_value& into) noexcept {
    const auto news = place_.news_after(seen_);
    if (news == 0 || !place_.read_record(news, [&](auto bytes) { into.set_small(bytes.data(), bytes.size()); }))
        return false;
    seen_ = news;
    return true;
}

bool worker::answer(std::uint64_t generation, const output_archive& report) noexcept {
    return report.blocks().empty() && report.shared_objects().empty() &&
           memory_.direct.answer(generation, report.bytes());
}

worker::next worker::take(detail::taken_value& taken, offered_call& direct, const platform::deadline& until) {
    const auto got = tasks_.get(taken, direct, until);
    if (got == channel_result::late) return next::nothing;
    if (got != channel_result::done) return next::leave;
    if (taken.bytes().size() < sizeof(task_head)) throw serialization_error("a task's record is too short");
    task_head head;
    std::memcpy(&head, taken.bytes().data(), sizeof head);
    if (head.leave == 0) return next::task;
    told_to_leave_ = true;
    return next::leave;
}

void worker::tell(report what) noexcept {
    try {
        send({what, index(), 0, 0}, {});
    } catch (const std::exception&) {
        // a hint that is lost costs speed alone
    }
}

void worker::handle(const detail::taken_value& taken) {
    task_head head;
    std::memcpy(&head, taken.bytes().data(), sizeof head);
    auto& slot = memory_.slots[head.slot % most_slots];
    if (!slot.make_running(head.generation, setup_.index)) return;  // cancelled, or done by another
    line().slot.store(head.slot + 1, std::memory_order_relaxed);
    show(worker_phase::busy);
    slot.begun.store(line().since.load(std::memory_order_relaxed), std::memory_order_relaxed);
    if (head.traced != 0) {
        running_ = head.generation;
        slot.taken.store(line().since.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    run_task(head, taken);
    show(worker_phase::idle);
}

void worker::run_task(const task_head& head, const detail::taken_value& taken) {
    running_task session(*this, head, setup_.most_tasks ? *setup_.most_tasks - elements_ : ~std::uint64_t{0});
    try {
        std::span<const std::byte> rest = taken.bytes().subspan(sizeof head);
        const auto function = function_of(head, rest);
        detail::taken_value message;
        if (head.in_message != 0) {
            message.set_message(arena::hold_object(message_place(rest), arena::kind::message));
            rest = message.bytes();
        }
        input_archive archive(rest, &message);
        function(archive, session);
        if (!session.was_sent()) {
            session.begin_result();
            session.send_result();
        }
    } catch (...) {
        if (!session.was_sent()) report_exception(head, std::current_exception(), session.end_run());
    }
    // The slot may be another task's by now.
    elements_ += session.elements;
    line().tasks.store(elements_, std::memory_order_relaxed);
}

detail::entry_function worker::function_of(const task_head& head, std::span<const std::byte>& rest) {
    if (head.function != unnumbered) return functions_.find(head.function);
    if (head.name_size > rest.size()) throw serialization_error("a task's record is shorter than it says");
    const std::string_view name(reinterpret_cast<const char*>(rest.data()), head.name_size);
    rest = rest.subspan(head.name_size);
    return find_function(name);
}

void worker::report_exception(const task_head& head, const std::exception_ptr& failure, std::int64_t busy) {
    send({report::exception, index(), head.generation, head.slot, 0, busy}, encode(failure));
    if (head.traced != 0) note_sent(head.slot);
}

// The pool may have read the report, and then the slot is another task's.
void worker::note_sent(std::uint32_t number) noexcept {
    auto& slot = memory_.slots[number];
    if (slot.runner_of(running_) == setup_.index) slot.sent.store(clock_now(), std::memory_order_relaxed);
}

void worker::send(const report_head& head, std::string_view body) {
    output_archive archive({.handles = false, .blocks = false});
    archive.write(&head, sizeof head);
    archive.write(body.data(), body.size());
    reports_.put(archive, {});
}

void worker::show(worker_phase phase) noexcept {
    auto& mine = line();
    const auto now = clock_now();
    const auto before = mine.phase.load(std::memory_order_relaxed);
    if (before == worker_phase::busy && phase == worker_phase::idle) {
        last_run_ = now - mine.since.load(std::memory_order_relaxed);
        mine.busy.store(mine.busy.load(std::memory_order_relaxed) + static_cast<std::uint64_t>(last_run_),
                        std::memory_order_relaxed);
    }
    mine.since.store(now, std::memory_order_relaxed);
    mine.phase.store(phase, std::memory_order_relaxed);
}

std::shared_ptr<detail::pool_core> worker::core() const noexcept { return core_; }

// It has done as much as it may, or grown as much, or its tasks can get nothing from the pool any more.
bool worker::is_worn() {
    if (core_->fails()) return true;
    if (setup_.most_tasks && elements_ >= *setup_.most_tasks) return true;
    if (!setup_.memory_growth_limit) return false;
    const auto now = platform::memory_of_process(platform::current_process_id());
    line().memory.store(now, std::memory_order_relaxed);
    return now > first_memory_ + *setup_.memory_growth_limit;
}

void work(const worker_setup& setup) {
    // Never freed: exit handlers may still ask for it. A worker forked from a worker has one of its own.
    auto* const here = new worker(setup);
    here->run();
}

}  // namespace brood::pools
