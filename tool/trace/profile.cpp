// SPDX-License-Identifier: MIT
// The program has the tool's own streams and runs as it does by itself, but for one variable of its environment.
#include "trace/profile.hpp"

#include "bulk.hpp"
#include "layout.hpp"
#include "measure.hpp"
#include "quantity.hpp"
#include "trace/advice.hpp"
#include "trace/report.hpp"

#include <brood/brood.hpp>
#include <brood/native/limits.hpp>

#include <exception>
#include <iostream>
#include <system_error>
#include <utility>

namespace tool {
namespace {

namespace fs = std::filesystem;

// Its exit code and how it ended in words; only the words when it could not be started.
struct ending {
    bool started = false;
    bool good = false;
    std::string words;
    double seconds = 0;
};

ending run_here(std::vector<std::string> command) {
    ending end;
    try {
        end.seconds = seconds_of([&] {
            const auto status = brood::native::spawn_wait(command).status;
            end.good = status.exited() && status.code() == 0;
            end.words = status.to_string();
        });
        end.started = true;
    } catch (const std::system_error& error) {
        end.words = error.code().message();
    }
    return end;
}

ending run_traced(const std::vector<std::string>& command, const fs::path& trace) {
    brood::process_options options;
    options.name = "runner";
    options.start_method = brood::start_method::spawn;
    options.env["BROOD_TRACE"] = to_utf8(trace);
    return brood::async(std::move(options), run_here, command).get();
}

// What the program took beside what its pools did.
std::string about_copies(const trace_figures& figures, double copy_rate) {
    return "Of the " + quantity(figures.moving(), "s") + " for moving arguments and results, " +
           quantity(figures.bytes / copy_rate, "s") + " are what one copy of their " +
           (figures.bytes > 0 ? bytes_text(figures.bytes) : "0 B") + " takes here (" +
           quantity(copy_rate / 1e6, "MB/s") + "); the rest is serializing them and waking each other.";
}

int complain(const std::string& text) {
    std::cerr << "brood: " << text << ".\n";
    return 2;
}

double measured_copy_rate() {
    const bulk from(bulk_count, 1.5);
    bulk to(bulk_count, 0.0);
    constexpr double mega = 1e6;
    return copy_rate(from, to) * mega;
}

}  // namespace

int run_profile(const profile_options& options) {
    const temporary_folder folder;
    const fs::path trace = folder.path() / "trace.json";
    const std::string& program = options.command.front();
    const ending end = run_traced(options.command, trace);
    if (!end.started) return complain("cannot start '" + program + "': " + end.words);
    if (!fs::exists(trace)) {
        const std::string how = end.good ? "" : ", and " + end.words;
        return complain("'" + program + "' made no pool of processes" + how + ": there is nothing to tell");
    }
    traced_run run;
    try {
        run.events = read_trace(to_utf8(trace));
    } catch (const std::exception&) {
        return complain("the pools of '" + program + "' ran no task" + (end.good ? "" : ", and it " + end.words));
    }
    run.title = "brood bench -- " + to_utf8(from_utf8(program).filename());
    const auto figures = sum_up(run.events);
    const double rate = measured_copy_rate();
    run.advice = advise(run.events, figures, rate);
    run.advice.insert(run.advice.begin(),
                      "The program took " + quantity(end.seconds, "s") + ", and " + quantity(figures.length, "s") +
                          " passed from its first pool to its last task. " + about_copies(figures, rate));
    const int written = write_report(run, options.format, options.output);
    if (!end.good) return complain("'" + program + "' failed: it " + end.words);
    return written;
}

}  // namespace tool
