// SPDX-License-Identifier: MIT
// A trace for a reader, a script, and a browser.
#pragma once

#include "style.hpp"
#include "trace/summary.hpp"

#include <string>
#include <vector>

namespace tool {

// What a report is about: a file, or a program that was run for it, with sentences of advice.
struct traced_run {
    std::string title;
    traced_events events;
    std::vector<std::string> advice;
};

std::string as_text(const traced_run& run, const style& look);
std::string as_json(const traced_run& run);
std::string as_html(const traced_run& run);

// One sentence: how long, how many processes and tasks, and how they ended.
std::string first_sentence(const traced_events& events, const trace_figures& figures);
// What is to be known about the file itself; empty if nothing is.
std::string file_note(const traced_events& events);
// A row for each thing that workers and submitters spend time with: its name, seconds, and a word on it.
struct time_row {
    std::string name;
    double seconds = 0;
    std::string about;
};
std::vector<time_row> times_of_workers(const trace_figures& figures);
std::vector<time_row> times_of_submitters(const trace_figures& figures);

// "12 %"
std::string percent(double share);
// Bytes; "-" for none.
std::string bytes_text(double bytes);

// The timeline as a picture of its own (timeline.cpp).
std::string timeline(const traced_events& events, const trace_figures& figures, double from, double to);
// The colours that it uses, as a list of names (timeline.cpp).
std::string legend(const trace_figures& figures);

// Writes to the file, or to standard output when there is none. Gives the exit code.
int write_report(const traced_run& run, const std::string& format, const std::string& output);

}  // namespace tool
