// SPDX-License-Identifier: MIT
// A worker: takes tasks out of its pool's queue, runs them, reports.
#pragma once

#include "pool/function_table.hpp"
#include "pool/pool_memory.hpp"

#include "platform/platform.hpp"

#include <brood/detail/channel_core.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/detail/ready_gate.hpp>
#include <brood/detail/shared_object.hpp>
#include <brood/serialization.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace brood::pools {

// What a worker is told when it starts.
struct worker_setup {
    detail::shared_object memory, tasks, reports, inbox;
    std::uint32_t index = 0;
    std::int32_t workers = 1;
    // Calls: the name of a function and its arguments; without a name: none.
    std::string initializer_name, initializer, finalizer_name, finalizer;
    std::optional<std::uint64_t> most_tasks, memory_growth_limit;
    std::optional<std::int64_t> idle_timeout;  // nanoseconds
    detail::task_settings defaults;
    bool traced = false;

    void save(output_archive& archive) const;
    void load(input_archive& archive);
};

class worker_core;

// The one worker of this process.
class worker final : private detail::waiting_scope::watcher {
public:
    explicit worker(const worker_setup& setup);

    // Until the pool lets it go.
    void run();

    // Tells the pool of something that has no more to it. Does not throw: without memory the pool is not told.
    void tell(report what) noexcept;
    // Throws std::bad_alloc.
    void send(const report_head& head, std::string_view body);

    const detail::channel_core& reports() const noexcept { return reports_; }
    const detail::channel_core& inbox() const noexcept { return inbox_; }
    pool_memory& memory() noexcept { return memory_; }
    std::uint16_t index() const noexcept { return static_cast<std::uint16_t>(setup_.index); }
    // Gives the result to a caller that looks for it; false where the report is to go into the queue.
    bool answer(std::uint64_t generation, const output_archive& report) noexcept;
    worker_line& line() noexcept { return memory_.workers[setup_.index]; }
    const worker_setup& setup() const noexcept { return setup_; }
    process_id pid() const noexcept { return pid_; }
    // Nanoseconds; 0: it ran none yet.
    std::int64_t last_run() const noexcept { return last_run_; }
    // For the trace: the result of the task in that slot was sent.
    void note_sent(std::uint32_t slot) noexcept;
    // The pool as the tasks of this worker see it.
    std::shared_ptr<detail::pool_core> core() const noexcept;

private:
    // Its thread waits for what other workers are to do: another one takes its place.
    void begin_waiting() override { tell(report::waits); }
    void end_waiting() noexcept override { tell(report::goes_on); }

    enum class next { task, nothing, leave };

    // A call that the pool hands over.
    class offered_call final : public detail::other_way {
    public:
        explicit offered_call(handoff& place) noexcept : place_(place) {}
        bool has_come() const noexcept override { return place_.news_after(seen_) != 0; }
        bool take(detail::taken_value& into) noexcept override;

    private:
        handoff& place_;
        std::uint64_t seen_ = 0;
    };

    bool begin();
    void loop();
    void leave();
    next take(detail::taken_value& taken, offered_call& direct, const platform::deadline& until);
    void handle(const detail::taken_value& taken);
    void run_task(const task_head& head, const detail::taken_value& taken);
    detail::entry_function function_of(const task_head& head, std::span<const std::byte>& rest);
    void report_exception(const task_head& head, const std::exception_ptr& failure, std::int64_t busy);
    void show(worker_phase phase) noexcept;
    bool is_worn();

    const process_id pid_ = platform::current_process_id();
    const worker_setup setup_;
    pool_memory& memory_;
    const detail::channel_core tasks_, reports_, inbox_;
    const std::shared_ptr<worker_core> core_;
    numbered_functions functions_;
    std::uint64_t elements_ = 0;
    std::uint64_t running_ = 0;  // the generation of a task that is traced
    std::uint64_t first_memory_ = 0;
    std::int64_t last_run_ = 0;
    bool told_to_leave_ = false;
};

// The target of a worker's process.
void work(const worker_setup& setup);
// That of this process, or null.
worker* this_worker() noexcept;

}  // namespace brood::pools
