// SPDX-License-Identifier: MIT
#include "bench.hpp"
#include "bench_groups.hpp"
#include "check/check.hpp"
#include "doctor.hpp"
#include "top/top.hpp"
#include "tour.hpp"
#include "trace/profile.hpp"
#include "trace/trace.hpp"

#include <brood/brood.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

namespace {

void add_format(CLI::App& command, bool& json) {
    command
        .add_option_function<std::string>(
            "--format", [&json](const std::string& format) { json = format == "json"; }, "text or json")
        ->check(CLI::IsMember({"text", "json"}));
}

void add_tour(CLI::App& app, tool::tour_options& options) {
    CLI::App& tour = *app.add_subcommand("tour", "Run the classic portability scenarios under each start method");
    tour.add_option("scenario", options.names, "Names of scenarios; all without any");
    tour.add_flag("--list", options.list, "Only name the scenarios");
    tour.add_flag("--plain", options.plain, "Methods below each other, no colours, ASCII only");
    tour.add_flag("--source", options.source, "Show each program before its output");
}

void add_bench(CLI::App& app, tool::bench_options& options, tool::profile_options& profile) {
    CLI::App& bench = *app.add_subcommand("bench", "Measure what brood costs, beside the limits of this machine");
    bench.add_option("program", profile.command,
                     "After \"--\": a program with pools and its arguments; say where its time goes instead");
    bench.add_flag("--quick", options.quick, "Few runs");
    bench.add_option("--runs", options.runs, "Runs of each row that starts processes")->check(CLI::PositiveNumber);
    bench.add_option("--filter", options.filter, "Only rows whose \"name method\" matches this regular expression");
    bench.add_flag("--peers", options.peers,
                   "Also Boost.Interprocess, ZeroMQ, an MPI and CPython on the same work, where they are");
    bench.add_option("--output", options.output, "Write the result to this file");
    bench.add_option("--format", options.format, "text, json or html")->check(CLI::IsMember({"text", "json", "html"}));
    bench.add_flag("--chart", options.chart, "Bars below the text, also where they are not shown by themselves");
    bench.add_option("--compare", options.compare, "JSON of an earlier run: say what got slower beyond noise");
}

void add_doctor(CLI::App& app, tool::doctor_options& options) {
    CLI::App& doctor = *app.add_subcommand("doctor", "Say what this machine offers and limits, with advice");
    add_format(doctor, options.json);
}

void add_check(CLI::App& app, tool::check_options& options) {
    CLI::App& check = *app.add_subcommand("check", "Run a program under each start method and say what differs");
    check.add_option("program", options.command, "The program and its arguments")->required();
    check.add_option("--windows", options.windows, "A build of it for Windows, run under Wine as well");
    check.add_option("--folder", options.folder, "What its working directory holds; 'none': nothing");
    check.add_option("--limit", options.limit, "Seconds for each run")->check(CLI::PositiveNumber);
    check.add_option("--output", options.output, "Write the result to this file");
    check.add_option("--format", options.format, "text, json or html")->check(CLI::IsMember({"text", "json", "html"}));
}

void add_trace(CLI::App& app, tool::trace_options& options) {
    CLI::App& trace = *app.add_subcommand("trace", "Say what a trace file of pools tells, with a timeline");
    trace.add_option("file", options.file, "What BROOD_TRACE or pool_options::trace wrote")->required();
    trace.add_option("--output", options.output, "Write the result to this file");
    trace.add_option("--format", options.format, "text, json or html")->check(CLI::IsMember({"text", "json", "html"}));
}

void add_top(CLI::App& app, tool::top_options& options) {
    CLI::App& top = *app.add_subcommand("top", "Show what this user's processes and pools are doing");
    top.add_flag("--once", options.once, "Two looks, one table");
    top.add_option("--interval", options.interval, "Seconds between two looks; 1 without it")
        ->check(CLI::Range(0.05, 3600.0));
    add_format(top, options.json);
}

// What follows the program of `brood check` is the program's: a "--" before it says so.
std::vector<std::string> split_program(std::vector<std::string> arguments) {
    if (arguments.empty() || arguments.front() != "check") return arguments;
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string& one = arguments[i];
        if (one == "--" || one == "-h" || one == "--help") break;
        if (one.starts_with("--")) {
            if (one.find('=') == one.npos) ++i;  // its value
            continue;
        }
        arguments.insert(arguments.begin() + static_cast<std::ptrdiff_t>(i), "--");
        break;
    }
    return arguments;
}

int wrong_arguments(const CLI::App& app, const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "brood: " << error.what() << "; 'brood --help' shows what there is.\n";
    return 2;
}

int run(int argc, char** argv) {
    CLI::App app("Multiprocessing for C++: looks at what it does on this machine.", "brood");
    app.set_version_flag("--version", std::string("brood ") + BROOD_VERSION);
    app.require_subcommand(1);
    tool::tour_options tour;
    tool::bench_options bench;
    tool::doctor_options doctor;
    tool::check_options check;
    tool::trace_options trace;
    tool::profile_options profile;
    tool::top_options top;
    add_tour(app, tour);
    add_bench(app, bench, profile);
    add_doctor(app, doctor);
    add_check(app, check);
    add_trace(app, trace);
    add_top(app, top);
    try {
        std::vector<std::string> arguments = split_program({argv + 1, argv + argc});
        std::reverse(arguments.begin(), arguments.end());
        app.parse(std::move(arguments));
    } catch (const CLI::ParseError& error) {
        return wrong_arguments(app, error);
    }
    if (app.got_subcommand("doctor")) return tool::run_doctor(doctor);
    if (app.got_subcommand("top")) return tool::run_top(top);
    if (app.got_subcommand("trace")) return tool::run_trace(trace);
    if (app.got_subcommand("check")) return tool::run_check(check);
    if (!profile.command.empty()) {
        profile.format = bench.format;
        profile.output = bench.output;
        return tool::run_profile(profile);
    }
    return app.got_subcommand("tour") ? tool::run_tour(tour) : tool::run_bench(bench);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::string_view(argv[1]) == tool::return_at_once) return 0;
    brood::init(argc, argv);
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "brood: " << error.what() << "\n";
        return 1;
    }
}
