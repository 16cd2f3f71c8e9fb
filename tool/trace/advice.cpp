// SPDX-License-Identifier: MIT
#include "trace/advice.hpp"

#include "quantity.hpp"
#include "trace/report.hpp"

#include <algorithm>

namespace tool {
namespace {

std::string quoted(const std::string& name) { return "`" + name + "`"; }

// Worth a sentence: enough of them, and enough of all time.
bool matters(const function_figures& one, const trace_figures& all) {
    constexpr double least_share = 0.05;
    return one.running + one.moving >= least_share * (all.running + all.moving());
}

// Reading results is told for all together: each task has the same part.
double moving_of(const function_figures& one, const trace_figures& all) {
    return one.mean(one.moving) + all.mean(all.results_read);
}

std::string about_small(const function_figures& one, const trace_figures& all) {
    constexpr std::size_t fewest = 50;
    constexpr double worth_it = 4;
    const double runs = one.mean(one.running), moves = moving_of(one, all);
    const double large = 256 * 1024;
    if (one.tasks < fewest || one.elements > 0 || one.mean(one.bytes_in + one.bytes_out) >= large) return {};
    if (runs >= worth_it * moves) return {};
    std::string text = "Fewer and bigger tasks would pay: a task of " + quoted(one.name) + " runs " + time_text(runs) +
                       " on average, and " + time_text(moves) + " go into moving its arguments and result, " +
                       std::to_string(one.tasks) +
                       " times. Use map(), which puts many elements into one task, or let "
                       "each task do more.";
    if (runs < moves)
        text +=
            " Threads would pay too: a thread_pool moves nothing between processes. Even one after the other in the "
            "process itself, they would take " +
            time_text(one.running) + " instead of " + time_text(one.running + moves * static_cast<double>(one.tasks)) +
            ".";
    return text;
}

std::string about_large(const function_figures& one, const trace_figures& all, double copy_rate) {
    constexpr double large = 256 * 1024, worth_it = 0.2;
    const double bytes = one.mean(one.bytes_in + one.bytes_out);
    const double runs = one.mean(one.running), moves = moving_of(one, all);
    if (bytes < large || moves < worth_it * (runs + moves)) return {};
    return "Shared arrays would pay: a task of " + quoted(one.name) + " carries " + bytes_text(one.mean(one.bytes_in)) +
           " there and " + bytes_text(one.mean(one.bytes_out)) + " back, and " + time_text(moves) + " of its " +
           time_text(runs + moves) + " go into that (one copy of so much takes " + time_text(bytes / copy_rate) +
           " here). In a brood::shared_array, or as one brood::loan for all tasks, it would not be copied at all; nor "
           "would it between threads, if " +
           quoted(one.name) + " may run beside itself in one process (thread_pool).";
}

std::string about_idle(const trace_figures& all) {
    constexpr double much = 0.3;
    double life = all.running + all.reading + all.result + all.idle;
    if (all.workers.size() < 2 || all.tasks == 0 || life <= 0 || all.idle < much * life) return {};
    const std::string idle = "the workers were idle " + percent(all.idle / life) + " of the time";
    const auto longest = std::max_element(all.functions.begin(), all.functions.end(),
                                          [](const auto& a, const auto& b) { return a.longest < b.longest; });
    if (longest->longest > much * all.length)
        return "More and smaller tasks would pay: " + idle + ", and one task of " + quoted(longest->name) + " ran " +
               time_text(longest->longest) + " of " + time_text(all.length) +
               ". Split it, and begin with the longest ones.";
    if (all.tasks < 2 * all.workers.size())
        return "More and smaller tasks would pay: " + idle + ", since there were " + std::to_string(all.tasks) +
               " tasks for " + std::to_string(all.workers.size()) + " workers.";
    // Where tasks wait long, workers are not what is missing.
    if (all.mean(all.waited) > std::max(all.mean(all.running), all.mean(all.moving()))) return {};
    return "Fewer workers would do as well, or tasks that are submitted sooner: " + idle + ", and a task waited only " +
           time_text(all.mean(all.waited)) +
           " for one on average. A loop of apply() gives out one task at a time; submit() and map() give out many.";
}

std::string about_starting(const trace_figures& all) {
    constexpr double much = 0.2;
    const double life = all.running + all.reading + all.result + all.idle + all.starting;
    if (life <= 0 || all.starting < much * life) return {};
    return "Fewer starts would pay: starting " + std::to_string(all.workers.size()) + " workers took " +
           time_text(all.starting / static_cast<double>(all.workers.size())) + " each, " +
           percent(all.starting / life) +
           " of their time. Keep one pool for the whole program (default_pool()), or use threads, which start at once.";
}

std::string about_deaths(const traced_events& events) {
    std::size_t died = 0;
    for (const auto& [outcome, count] : events.ends)
        if (outcome.starts_with("died")) died += count;
    return died == 0 ? ""
                     : std::to_string(died) + " times a task took its worker along; each time another was started.";
}

}  // namespace

std::vector<std::string> advise(const traced_events& events, const trace_figures& figures, double copy_rate) {
    std::vector<std::string> all;
    const auto add = [&](std::string text) {
        if (!text.empty()) all.push_back(std::move(text));
    };
    for (const auto& one : figures.functions) {
        if (!matters(one, figures)) continue;
        add(about_large(one, figures, copy_rate));
        add(about_small(one, figures));
    }
    add(about_idle(figures));
    add(about_starting(figures));
    if (all.empty())
        all.push_back(
            "Tasks have a good size: " + percent(1 - figures.moving_share()) +
            " of what they took were the functions themselves, and a task of " +
            time_text(figures.mean(figures.running)) + " on average stands against " +
            time_text(figures.mean(figures.moving())) +
            " for moving its arguments and result. Neither bigger tasks, nor shared arrays, nor threads would "
            "change much.");
    add(about_deaths(events));
    return all;
}

}  // namespace tool
