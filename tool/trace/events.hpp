// SPDX-License-Identifier: MIT
// What happened according to a trace file: one of brood's pools, or any other in the format of Chrome's viewer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tool {

// A task, or in another program's trace whatever lasted there. Times in seconds; begin and end from the trace's begin.
struct traced_task {
    std::string name, pool, outcome;
    std::int64_t pid = 0;
    std::int64_t thread = 0;
    double begin = 0, end = 0;
    double waited = 0;                            // between submission and begin
    double arguments = 0;                         // written by whoever submitted
    double reading = 0, running = 0, result = 0;  // in the worker
    double bytes_in = 0, bytes_out = 0, elements = 0;
    double length() const { return end - begin; }
};

struct traced_process {
    std::string name;
    double started = -1, ready = -1, ended = -1;  // below 0: not told
    bool worker = false;
};

// How many tasks waited from a time on.
struct traced_count {
    double at = 0;
    double tasks = 0;
};

struct traced_events {
    bool of_brood = false;
    bool whole = true;                        // else it ends in the middle: its program still runs or was killed
    std::size_t unreadable = 0;               // events that make no sense
    std::vector<traced_task> tasks;           // that began, by their begin
    std::map<std::string, std::size_t> ends;  // how often each outcome
    std::map<std::int64_t, traced_process> processes;
    std::map<std::string, std::vector<traced_count>> counts;  // by pool
    double results_read = 0;                                  // seconds for reading results, of all tasks
    double length = 0;                                        // of all that the trace tells of
};

// Throws std::runtime_error with one sentence.
traced_events read_trace(const std::string& path);

}  // namespace tool
