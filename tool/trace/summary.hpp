// SPDX-License-Identifier: MIT
// The figures of a trace.
#pragma once

#include "trace/events.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tool {

// Seconds.
struct worker_figures {
    std::int64_t pid = 0;
    std::string name;
    std::size_t tasks = 0;
    double starting = 0;             // until it was ready
    double running = 0;              // the functions themselves
    double reading = 0, result = 0;  // of arguments, and writing results
    double idle = 0;                 // ready, and no task
    double share() const;            // of its life that it ran functions
};

struct function_figures {
    std::string name;
    std::size_t tasks = 0, failed = 0;
    double elements = 0;  // of chunks
    double running = 0, longest = 0, waited = 0;
    double moving = 0;  // writing and reading arguments and results
    double bytes_in = 0, bytes_out = 0;
    double mean(double of) const { return tasks == 0 ? 0 : of / static_cast<double>(tasks); }
};

struct trace_figures {
    double length = 0;
    std::vector<worker_figures> workers;                                  // by pid
    std::vector<function_figures> functions;                              // the one that ran longest first
    std::vector<const traced_task*> longest;                              // of the events, at most ten
    double starting = 0, running = 0, reading = 0, result = 0, idle = 0;  // of all workers
    double arguments = 0, results_read = 0;                               // in the processes that submit
    double waited = 0, longest_wait = 0;
    double bytes = 0;  // there and back
    std::size_t tasks = 0;
    double moving() const { return arguments + reading + result + results_read; }
    // Of what tasks cost, how much was not their functions.
    double moving_share() const;
    double mean(double of) const { return tasks == 0 ? 0 : of / static_cast<double>(tasks); }
};

trace_figures sum_up(const traced_events& events);

}  // namespace tool
