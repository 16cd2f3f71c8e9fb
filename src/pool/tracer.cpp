// SPDX-License-Identifier: MIT
#include "pool/tracer.hpp"

#include "pool/trace_event.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace brood::pools {

namespace {

constexpr std::string_view variable = "BROOD_TRACE=";
constexpr std::int64_t between_counts = 1'000'000;  // nanoseconds

// Empty when it is not set.
std::string path_of_environment() {
    for (const auto& entry : platform::environment())
        if (entry.starts_with(variable)) return entry.substr(variable.size());
    return {};
}

std::string full_path(const std::filesystem::path& path) {
    const auto text = std::filesystem::absolute(path).lexically_normal().u8string();
    return {text.begin(), text.end()};
}

std::uint64_t own_thread() noexcept {
    static std::atomic<std::uint64_t> count{0};
    thread_local const std::uint64_t number = ++count;
    return number;
}

std::uint64_t elements_of(const detail::pool_task& task) noexcept {
    std::uint64_t count = task.trace->elements;
    const auto bytes = task.has_value() ? task.result_bytes() : std::string_view();
    // How many were done comes first in the result of a chunk.
    if (count != 0 && bytes.size() >= sizeof count) std::memcpy(&count, bytes.data(), sizeof count);
    return count;
}

// Slices that lie in each other must not stick out.
task_times in_order(task_times times) noexcept {
    if (times.taken == 0) times.taken = times.now;
    const auto end = times.sent >= times.ended && times.sent != 0 && times.sent <= times.now ? times.sent : times.now;
    times.sent = std::max(end, times.taken);
    if (times.read != 0) times.read = std::clamp(times.read, times.taken, times.sent);
    if (times.ended != 0) times.ended = std::clamp(times.ended, std::max(times.taken, times.read), times.sent);
    return times;
}

}  // namespace

void task_trace::end_writing(const detail::task_bytes& arguments) noexcept {
    bytes_in = size_of(arguments);
    write_ended = clock_now();
}

std::shared_ptr<tracer> make_tracer(const std::string& pool, const std::filesystem::path& option) {
    if (!option.empty()) return std::make_shared<tracer>(pool, full_path(option));
    const auto path = path_of_environment();
    if (path.empty()) return nullptr;
    try {
        return std::make_shared<tracer>(pool, full_path(std::u8string(path.begin(), path.end())));
    } catch (const std::system_error& e) {
        std::fprintf(stderr, "brood: BROOD_TRACE: there is no trace of pool '%s': %s\n", pool.c_str(), e.what());
        return nullptr;
    }
}

tracer::tracer(std::string pool, const std::string& path) : pool_(std::move(pool)), file_(trace_file::join(path)) {}

void tracer::end() noexcept {
    if (!ended_.exchange(true)) file_->leave();
}

// ---- tasks --------------------------------------------------------------------------------------------------------

// The thread's name comes before its first slice.
std::uint64_t tracer::thread_number() {
    const auto number = own_thread();
    const std::lock_guard guard(mutex_);
    if (named_threads_.insert(number).second) {
        std::string text;
        trace_event(text, "thread_name", 'M', pid_, number, 0).with("name", "thread " + std::to_string(number));
        file_->add(text, clock_now());
    }
    return number;
}

std::unique_ptr<task_trace> tracer::begin(const detail::target& what) {
    auto made = std::make_unique<task_trace>();
    const auto called = what.calls();
    made->to = shared_from_this();
    made->name = &names_.of(called);
    made->writer = pid_;
    made->thread = thread_number();
    made->elements = called.elements;
    made->write_begun = clock_now();
    return made;
}

std::unique_ptr<task_trace> tracer::begin_relayed(const written_call& call, process_id worker) {
    auto made = std::make_unique<task_trace>();
    made->to = shared_from_this();
    made->name = &names_.of_portable(call.name);
    made->writer = worker;
    made->thread = static_cast<std::uint64_t>(worker);
    made->elements = call.elements;
    made->write_begun = call.begun;
    made->write_ended = made->submitted = call.ended;
    return made;
}

void tracer::append_task(std::string& text, const detail::pool_task& task, const task_times& times,
                         std::string_view outcome) const {
    const auto& trace = *task.trace;
    const auto thread = static_cast<std::uint64_t>(times.worker);
    const auto end_of_reading = times.read != 0 ? times.read : times.ended != 0 ? times.ended : times.sent;
    const auto end_of_run = times.read == 0 ? end_of_reading : times.ended != 0 ? times.ended : times.sent;
    const auto slice = [&](std::string_view name, std::int64_t from, std::int64_t to) {
        if (to > from || name == "run")
            trace_event(text, name, 'X', times.worker, thread, from).lasts(to - from).with("task", task.number);
    };
    {
        trace_event event(text, *trace.name, 'X', times.worker, thread, times.taken);
        event.lasts(times.sent - times.taken)
            .with("task", task.number)
            .with("pool", pool_)
            .with("outcome", outcome)
            .with_time("waited_us", times.taken - trace.submitted)
            .with_time("arguments_us", trace.write_ended - trace.write_begun)
            .with_time("read_us", end_of_reading - times.taken)
            .with_time("run_us", end_of_run - end_of_reading)
            .with_time("result_us", times.sent - end_of_run)
            .with("bytes_in", trace.bytes_in)
            .with("bytes_out", size_of(task.result))
            .with("attempt", trace.attempt);
        if (const auto elements = elements_of(task)) event.with("elements", elements);
        if (task.settings.priority != 0) event.with("priority", std::to_string(task.settings.priority));
    }
    slice("read arguments", times.taken, end_of_reading);
    if (times.read != 0) slice("run", end_of_reading, end_of_run);
    slice("write result", end_of_run, times.sent);
    if (trace.attempt == 1)
        trace_event(text, "write arguments", 'X', trace.writer, trace.thread, trace.write_begun)
            .lasts(trace.write_ended - trace.write_begun)
            .with("task", task.number);
}

void tracer::ran(const detail::pool_task& task, const task_times& times, std::string_view outcome) noexcept {
    try {
        std::string text;
        append_task(text, task, in_order(times), outcome);
        file_->add(text, times.now);
    } catch (const std::bad_alloc&) {
        // a trace without it
    }
}

void tracer::never_ran(const detail::pool_task& task, std::string_view outcome, std::int64_t now) noexcept {
    try {
        std::string text;
        trace_event(text, *task.trace->name, 'i', pid_, 0, now)
            .of_process()
            .with("task", task.number)
            .with("pool", pool_)
            .with("outcome", outcome)
            .with_time("waited_us", now - task.trace->submitted);
        file_->add(text, now);
    } catch (const std::bad_alloc&) {
        // a trace without it
    }
}

void tracer::result_read(const task_trace& trace, std::int64_t begun, std::int64_t now) noexcept {
    if (ended_ || pid_ != platform::current_process_id()) return;
    try {
        std::string text;
        const auto thread = thread_number();
        trace_event(text, "read result", 'X', pid_, thread, begun).lasts(now - begun).with("of", *trace.name);
        file_->add(text, now);
    } catch (const std::bad_alloc&) {
        // a trace without it
    }
}

// ---- the pool -----------------------------------------------------------------------------------------------------

void tracer::worker_named(process_id worker, std::string_view name) noexcept {
    try {
        std::string text;
        trace_event(text, "process_name", 'M', worker, 0, 0).with("name", name);
        file_->add(text, clock_now());
    } catch (const std::bad_alloc&) {
        // a line without a name
    }
}

void tracer::worker_note(process_id worker, std::string_view what, std::int64_t when) noexcept {
    try {
        std::string text;
        trace_event(text, what, 'i', worker, static_cast<std::uint64_t>(worker), when).of_process().with("pool", pool_);
        file_->add(text, clock_now());
    } catch (const std::bad_alloc&) {
        // a trace without it
    }
}

void tracer::pool_note(std::string_view what, std::int64_t when) noexcept { worker_note(pid_, what, when); }

// Many tasks a millisecond would make the counter longer than all the rest.
void tracer::waiting(std::size_t tasks, std::int64_t now) noexcept {
    if (tasks == counted_ || (now - counted_at_ < between_counts && tasks != 0)) return;
    counted_ = tasks;
    counted_at_ = now;
    try {
        std::string text;
        trace_event(text, "tasks that wait in " + pool_, 'C', pid_, 0, now).with("tasks", std::uint64_t{tasks});
        file_->add(text, now);
    } catch (const std::bad_alloc&) {
        // a counter without it
    }
}

}  // namespace brood::pools

namespace brood::detail {

void pool_task::reading_scope::tell() const noexcept {
    if (trace_->to) trace_->to->result_read(*trace_, begun_, task_session::steady_nanoseconds());
}

}  // namespace brood::detail
