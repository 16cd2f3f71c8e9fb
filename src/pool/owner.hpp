// SPDX-License-Identifier: MIT
// A pool in the process that made it.
//
// One thread at a time leads: it reads the workers' reports, ends tasks and gives out new ones. A thread that waits for
// a task leads itself, so that a result need not pass through another thread; when nobody waits, the pool's own thread
// leads. Callbacks run in the leader after it has given up the lead, so that they may wait and submit.
#pragma once

#include "arena/published.hpp"
#include "pool/function_table.hpp"
#include "pool/pool_memory.hpp"
#include "pool/task_bytes.hpp"
#include "pool/tracer.hpp"
#include "pool/worker.hpp"

#include <brood/process_options.hpp>

#include <brood/async.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/pool_options.hpp>

#include <condition_variable>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace brood::pools {

using detail::pool_task;
using task_pointer = std::shared_ptr<pool_task>;
using time_point = std::chrono::steady_clock::time_point;

// Opens a lock for as long as it lives, and says so.
class unlocked {
public:
    explicit unlocked(std::unique_lock<std::mutex>& held) : held_(held) { held.unlock(); }
    unlocked(std::unique_lock<std::mutex>& held, bool& is_open) : held_(held), is_open_(&is_open) {
        is_open = true;
        held.unlock();
    }
    ~unlocked() {
        held_.lock();
        if (is_open_ != nullptr) *is_open_ = false;
    }
    unlocked(const unlocked&) = delete;
    unlocked& operator=(const unlocked&) = delete;

private:
    std::unique_lock<std::mutex>& held_;
    bool* const is_open_ = nullptr;
};

// What `make` gives, or what it threw for want of memory.
template <class Make>
std::exception_ptr make_error(Make make) noexcept {
    try {
        return std::make_exception_ptr(make());
    } catch (...) {
        return std::current_exception();
    }
}

// Set when the program begins to end: then workers are not replaced.
extern std::atomic<bool> process_exits;

class owner final : public detail::pool_core {
public:
    explicit owner(const pool_options& options);
    ~owner() override;

    void submit(const task_pointer& task, urgency how) override;
    void send(const task_pointer& task, const detail::target& what) override;
    detail::finished_call call(const detail::target& what, const detail::task_settings& settings) override;
    bool wait(const std::atomic<bool>& flag, const time_point* until) override;
    void look_again() noexcept override;
    bool help() override;
    void on_ready(pool_task& task, std::function<void()> what, const void* key) override;
    void forget(pool_task& task, const void* key) noexcept override;
    bool cancel(pool_task& task, bool running) override;
    bool takes_batches() const noexcept override { return is_ours(); }
    detail::task_batch::news_so_far take_news(pool_task& batch) override;
    void shorten(pool_task& batch, std::uint64_t end) override;
    progress_option default_progress() const override { return options_.progress; }
    std::unique_ptr<task_trace> begin_trace(const detail::target& what) override;
    void require_open() const override;
    void hold(detail::holder who) override;
    void release(detail::holder who) noexcept override;
    int worker_count() const override { return wanted_.load(std::memory_order_relaxed); }
    const detail::task_settings& defaults() const noexcept override { return defaults_; }

    void resize(int workers) override;
    std::vector<worker_stats> stats() override;
    std::vector<process_id> worker_pids() override;
    void close() override;
    void join() override;
    void terminate() override;
    void finish() noexcept override;

    // Starts workers and thread; once, after construction.
    void begin();

private:
    using lock = std::unique_lock<std::mutex>;
    enum class life : std::uint8_t { open, closed, terminated };

    // The one thread that leads; with the lock.
    class leader {
    public:
        explicit leader(owner& of) noexcept : of_(of) {
            of_.leading_ = true;
            ++of_.leads_;
        }
        ~leader() { of_.leading_ = false; }
        leader(const leader&) = delete;
        leader& operator=(const leader&) = delete;

    private:
        owner& of_;
    };

    struct member {
        std::uint32_t index = 0;
        std::shared_ptr<detail::pending_result> run;  // the process and how it ends
        process_id pid = 0;
        detail::shared_object inbox;
        bool ready = false;
        bool leaving = false;                  // it ends by itself
        bool was_dismissed = false;            // because there were too many
        unsigned waits = 0;                    // threads of its task that wait for tasks
        std::int64_t began = 0, ready_at = 0;  // clock_now()
    };

    void show_face() noexcept;

    // ---- tasks (owner_tasks.cpp) ----
    void admit(lock& held);
    void count_in(pool_task& task) noexcept;
    void count_out() noexcept;
    void enter(const task_pointer& task);
    void put_aside(const task_pointer& task, bool first);
    void put_back(const task_pointer& task);
    task_pointer next_pending();
    void leave_line() noexcept;
    void give_out();
    bool give(const task_pointer& task);
    void clean_slot(const pool_task& task) noexcept;
    void take_slot(pool_task& task);
    void note_given(const task_pointer& task);
    task_record make_record(const pool_task& task);
    void put_record(const pool_task& task);
    void put_again(const task_pointer& task);
    bool take_back(pool_task& task);
    void take_back_less_urgent(int priority);
    std::size_t most_given_out() const noexcept;
    bool has_place() const noexcept;
    std::size_t most_at_once() const noexcept;
    bool cancel_now(pool_task& task, bool running);
    void settle(pool_task& task);
    void show_end_of(const pool_task& task) noexcept;
    void fail(pool_task& task, const std::exception_ptr& why);
    void fail_everything(const std::exception_ptr& why);
    void free_slot(pool_task& task);
    void tell_of_ends(lock& held);
    void run_callbacks(lock& held);
    bool is_done() const noexcept { return unfinished_ == 0 && !holds_.any(); }

    // ---- calls that are waited for (owner_call.cpp) ----
    bool takes_direct_call(const detail::target& what, const output_archive& written,
                           const detail::task_settings& settings);
    task_pointer hand_over(const detail::target& what, const output_archive& written);
    void lead_call(lock& held, const pool_task& task);
    detail::finished_call end_direct_call(task_pointer task);
    void send_written(const task_pointer& task, const detail::target& what, const output_archive& written);
    detail::finished_call await(lock& held, task_pointer task);

    // ---- results that are read while they are written (owner_coming.cpp) ----
    static bool begins_to_come(const report_head& head, const detail::taken_value& taken) noexcept;
    void note_coming(task_pointer task, const report_head& head, const detail::taken_value& taken);
    void handle_whole(const report_head& head);
    void end_with_coming_result(const task_pointer& task);
    void lose_coming_result(pool_task& task) noexcept;

    // ---- batches (owner_batches.cpp) ----
    void handle_some(const report_head& head, const detail::taken_value& taken);
    void tell_news(const task_pointer& batch) noexcept;
    bool is_short_of_tasks() const noexcept;
    void share_batches();
    void take_rest(const task_pointer& batch, std::uint64_t end);

    // ---- leading (owner_lead.cpp) ----
    bool wait_for(lock& held, const std::function<bool()>& what, const time_point* until);
    bool lead(lock& held, const time_point* until);  // whether there was a report
    bool hear(lock& held, const time_point* until);
    void look_around(lock& held);
    bool is_at_rest() const noexcept;
    void look_after_leading() noexcept;
    void read_between_submissions();
    void read_reports();
    void poke() noexcept;
    void wake_somebody() noexcept;
    bool is_quiet() const noexcept { return is_done() && !has_dead_ && !ending_ && callbacks_.empty(); }
    void run();
    void lead_or_wait(lock& held);
    void sleep(lock& held);
    bool doze(lock& held, std::chrono::nanoseconds time);
    platform::deadline earliest(const time_point* until) const;
    void handle(detail::taken_value& taken);
    task_pointer* given_task(const report_head& head);
    void note_run(pool_task& task, const report_head& head) noexcept;
    void handle_task_report(const report_head& head, const detail::taken_value& taken);
    void handle_refusal(const detail::taken_value& taken);

    // ---- tasks of tasks (relay.cpp) ----
    void handle_submission(const report_head& head, detail::taken_value& taken);
    void relay(const std::shared_ptr<member>& from, detail::taken_value& taken);
    void handle_cancel(const report_head& head);

    // ---- the trace, if there is one (owner_trace.cpp) ----
    void trace_attempt(const pool_task& task, std::string_view outcome) noexcept;
    void trace_end(const pool_task& task) noexcept;
    process_id pid_of_worker(std::uint32_t index) const noexcept;
    std::size_t waiting_tasks() const noexcept;
    bool trace_waits() const noexcept;

    // ---- workers (owner_workers.cpp) ----
    std::shared_ptr<member> member_at(std::uint32_t index) const;
    worker_setup make_setup(const member& one) const;
    process_options options_of(const member& one) const;
    void start_one(lock& held, std::uint32_t index);
    void make_room_for_one();
    void watch(member& one);
    void note_death(process_id pid) noexcept;
    std::size_t at_work() const noexcept;
    bool has_unbegun() const noexcept;
    bool needs_worker() const noexcept;
    std::uint32_t free_index() const;
    void keep_workers(lock& held);
    void dismiss_surplus();
    void bury();
    void bury_one(process_id pid);
    void bury_member(const member& one);
    void end_tasks_of(const member& dead, const process_died& death);
    std::uint64_t position_of(const pool_task& task) const noexcept;
    void end_task_of_dead(const task_pointer& task, const process_died& death);
    void kill_worker_of(const pool_task& task);
    bool note_limit(const pool_task& task);
    void stop_late_tasks();
    void stop_workers();
    bool is_ours() const noexcept { return pid_ == platform::current_process_id(); }
    worker_stats stats_of(const member& one) const;
    void require_ours(const char* verb) const;
    void check_open(bool closed_too) const;
    void wait_for_room(lock& held);
    std::size_t living() const noexcept { return members_.size(); }

    const process_id pid_ = platform::current_process_id();
    pool_options options_;
    detail::task_settings defaults_;
    std::string name_;
    const std::shared_ptr<tracer> tracer_;  // or null
    std::string initializer_name_, initializer_, finalizer_name_, finalizer_;
    detail::shared_object memory_object_, tasks_object_, reports_object_;
    pool_memory& memory_;
    const detail::channel_core tasks_, reports_;
    function_numbers functions_;
    callee_numbers callees_;
    std::optional<arena::published> published_;

    mutable std::mutex mutex_;
    std::condition_variable done_, idle_;
    bool leading_ = false;
    bool leader_waits_ = false;  // for reports
    std::uint64_t leads_ = 0;    // how often somebody has led
    unsigned submissions_ = 0;   // since somebody read between two of them, or the pool's own thread led
    unsigned followers_ = 0;
    bool hub_sleeps_ = false, hub_dozes_ = false;  // dozing, it wakes by itself
    bool hub_yields_ = false;                      // very soon
    bool quit_ = false;
    std::thread hub_;

    bool ending_ = false;  // something is to be looked at that no report tells of

    life life_ = life::open;
    std::exception_ptr broken_;
    std::atomic<int> wanted_{1};
    std::vector<std::shared_ptr<member>> members_;
    std::vector<std::uint64_t> restarts_;  // by index
    std::mutex dead_mutex_;
    std::vector<process_id> dead_;
    std::atomic<bool> has_dead_{false};
    process_id buried_ = 0;  // the worker whose tasks are being ended
    unsigned failed_starts_ = 0;
    std::size_t dismissed_ = 0;  // told to leave, and not yet buried
    bool keeping_ = false;
    bool queue_closed_ = false;

    std::map<int, std::deque<task_pointer>, std::greater<>> pending_;
    std::size_t pending_count_ = 0;
    std::vector<task_pointer> given_;          // by slot
    std::vector<std::uint32_t> slot_callees_;  // what each slot says, so that its line need not be looked at
    std::vector<std::uint32_t> free_slots_;
    std::size_t given_count_ = 0;
    task_pointer spare_;  // of the direct call before, or null
    bool has_priorities_ = false;
    std::optional<time_point> next_check_;  // of time limits
    std::size_t batches_given_ = 0;
    std::optional<time_point> next_share_;  // when a batch may be late, while workers have nothing to do
    using relay_key = std::pair<process_id, std::uint64_t>;  // a worker, and its number of a task of its own
    std::map<relay_key, task_pointer> relayed_;
    std::size_t unfinished_ = 0;
    std::uint64_t next_number_ = 1, next_generation_ = 1;
    double mean_run_ = 50e3;  // nanoseconds
    std::list<pool_task::listener> callbacks_;
    detail::pool_holds holds_;
    bool something_ended_ = false;
};

}  // namespace brood::pools
