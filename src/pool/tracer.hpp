// SPDX-License-Identifier: MIT
// The trace of one pool: what its process writes into the trace file. Workers only note times in shared memory, so that
// nothing is lost when one is killed.
#pragma once

#include "pool/relay.hpp"
#include "pool/trace_file.hpp"
#include "pool/trace_names.hpp"

#include <brood/detail/pool_core.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace brood::pools {

class tracer;

// What is known of a task before it runs.
struct task_trace {
    std::shared_ptr<tracer> to;         // null in a worker
    const std::string* name = nullptr;  // of the function; in a worker null
    std::string portable_name;          // in a worker
    process_id writer = 0;              // who wrote the arguments
    std::uint64_t thread = 0;           // its number in the trace
    std::int64_t write_begun = 0, write_ended = 0, submitted = 0;
    std::uint64_t bytes_in = 0, elements = 0;
    unsigned attempt = 1;
    std::string outcome;  // what the pool knows better than the task tells

    void end_writing(const detail::task_bytes& arguments) noexcept;
};

// The times of a task that a worker took, in nanoseconds; 0: it did not come to that.
struct task_times {
    process_id worker = 0;
    std::int64_t taken = 0, read = 0, ended = 0, sent = 0;
    std::int64_t now = 0;
};

class tracer : public std::enable_shared_from_this<tracer> {
public:
    // Throws std::system_error that names the path.
    tracer(std::string pool, const std::string& path);
    tracer(const tracer&) = delete;
    tracer& operator=(const tracer&) = delete;
    ~tracer() { end(); }

    // ---- tasks; begin() without the pool's lock ----
    std::unique_ptr<task_trace> begin(const detail::target& what);
    // Of a task that a worker asks for.
    std::unique_ptr<task_trace> begin_relayed(const written_call& call, process_id worker);
    void ran(const detail::pool_task& task, const task_times& times, std::string_view outcome) noexcept;
    void never_ran(const detail::pool_task& task, std::string_view outcome, std::int64_t now) noexcept;
    void result_read(const task_trace& trace, std::int64_t begun, std::int64_t now) noexcept;

    // ---- the pool ----
    void worker_named(process_id worker, std::string_view name) noexcept;
    void worker_note(process_id worker, std::string_view what, std::int64_t when) noexcept;
    void pool_note(std::string_view what, std::int64_t when) noexcept;
    void waiting(std::size_t tasks, std::int64_t now) noexcept;

    bool holds_events() const noexcept { return file_->holds_events(); }
    void flush() noexcept { file_->flush(); }
    // No more events: those that come later are left out.
    void end() noexcept;

private:
    std::uint64_t thread_number();
    void append_task(std::string& text, const detail::pool_task& task, const task_times& times,
                     std::string_view outcome) const;

    const process_id pid_ = platform::current_process_id();
    const std::string pool_;
    const std::shared_ptr<trace_file> file_;
    function_names names_;
    std::mutex mutex_;
    std::set<std::uint64_t> named_threads_;
    std::atomic<bool> ended_{false};
    std::int64_t counted_at_ = 0;  // with the pool's lock, as what follows
    std::size_t counted_ = 0;
};

// For a pool with that option: the file that it names, else that of BROOD_TRACE, else null. Throws std::system_error
// for a path of the option alone; for the variable's there is a line on standard error.
std::shared_ptr<tracer> make_tracer(const std::string& pool, const std::filesystem::path& option);

}  // namespace brood::pools
