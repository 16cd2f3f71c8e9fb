// SPDX-License-Identifier: MIT
#include "trace/summary.hpp"

#include <algorithm>
#include <map>

namespace tool {
namespace {

void add_task(function_figures& into, const traced_task& task) {
    ++into.tasks;
    if (!task.outcome.empty() && task.outcome != "ok") ++into.failed;
    into.elements += task.elements;
    into.running += task.running;
    into.longest = std::max(into.longest, task.running);
    into.waited += task.waited;
    into.moving += task.arguments + task.reading + task.result;
    into.bytes_in += task.bytes_in;
    into.bytes_out += task.bytes_out;
}

void add_task(worker_figures& into, const traced_task& task) {
    ++into.tasks;
    into.running += task.running;
    into.reading += task.reading;
    into.result += task.result;
}

std::vector<function_figures> functions_of(const traced_events& events) {
    std::map<std::string, function_figures> by_name;
    for (const auto& task : events.tasks) add_task(by_name[task.name], task);
    std::vector<function_figures> all;
    for (auto& [name, figures] : by_name) {
        figures.name = name;
        all.push_back(std::move(figures));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.running > b.running; });
    return all;
}

std::vector<worker_figures> workers_of(const traced_events& events) {
    std::map<std::int64_t, worker_figures> by_pid;
    for (const auto& [pid, process] : events.processes)
        if (process.worker) by_pid[pid].name = process.name;
    for (const auto& task : events.tasks) add_task(by_pid[task.pid], task);
    std::vector<worker_figures> all;
    for (auto& [pid, one] : by_pid) {
        one.pid = pid;
        if (one.name.empty()) one.name = "process " + std::to_string(pid);
        const auto found = events.processes.find(pid);
        const auto process = found == events.processes.end() ? traced_process{} : found->second;
        const double begin = std::max(0.0, process.started);
        const double ready = std::max(begin, process.ready);
        const double end = process.ended >= 0 ? process.ended : events.length;
        one.starting = ready - begin;
        one.idle = std::max(0.0, end - ready - one.running - one.reading - one.result);
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<const traced_task*> longest_of(const traced_events& events) {
    constexpr std::size_t shown = 10;
    std::vector<const traced_task*> all;
    for (const auto& task : events.tasks) all.push_back(&task);
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>(std::min(shown, all.size()));
    std::partial_sort(all.begin(), middle, all.end(),
                      [](const auto* a, const auto* b) { return a->length() > b->length(); });
    all.erase(middle, all.end());
    return all;
}

}  // namespace

double worker_figures::share() const {
    const double life = running + reading + result + idle + starting;
    return life > 0 ? running / life : 0;
}

double trace_figures::moving_share() const {
    const double all = moving() + running;
    return all > 0 ? moving() / all : 0;
}

trace_figures sum_up(const traced_events& events) {
    trace_figures all;
    all.length = events.length;
    all.workers = workers_of(events);
    all.functions = functions_of(events);
    all.longest = longest_of(events);
    all.results_read = events.results_read;
    all.tasks = events.tasks.size();
    for (const auto& one : all.workers) {
        all.starting += one.starting;
        all.idle += one.idle;
    }
    for (const auto& task : events.tasks) {
        all.running += task.running;
        all.reading += task.reading;
        all.result += task.result;
        all.arguments += task.arguments;
        all.waited += task.waited;
        all.longest_wait = std::max(all.longest_wait, task.waited);
        all.bytes += task.bytes_in + task.bytes_out;
    }
    return all;
}

}  // namespace tool
