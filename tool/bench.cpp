// SPDX-License-Identifier: MIT
#include "bench.hpp"

#include "bench_chart.hpp"
#include "bench_compare.hpp"
#include "bench_groups.hpp"
#include "bench_report.hpp"
#include "layout.hpp"
#include "measure.hpp"
#include "style.hpp"

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>

namespace tool {
namespace {

// One line on the terminal's error stream that the next one replaces; nothing elsewhere.
class progress_line {
public:
    progress_line() : shown_(brood::native::terminal_columns(brood::native::stream::error).has_value()) {}
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line() { show(""); }
    void show(const std::string& what) const {
        if (shown_) std::cerr << "\r\033[K" << (what.empty() ? "" : "measuring " + what + " ...") << std::flush;
    }

private:
    bool shown_;
};

void measure_all(session& now, const bench_options& options) {
    const layout where = layout::here();
    const progress_line progress;
    now.tell_progress = [&](const std::string& what) { progress.show(what); };
    measure_group(now, "Starting a process", [&] {
        measure_starts(now, where);
        measure_reserve(now);
        measure_large_parent(now);
    });
    measure_group(now, "Where a task of its own pays", [&] { measure_break_even(now); });
    measure_group(now, "Large values", [&] {
        measure_bulk(now);
        measure_shared(now);
    });
    measure_group(now, "Locks", [&] { measure_locks(now); });
    measure_group(now, "Queues and pipes", [&] { measure_channels(now); });
    measure_group(now, "Pools", [&] { measure_pools(now); });
    measure_group(now, "Managers", [&] { measure_managers(now); });
    measure_group(now, "Memory", [&] { measure_memory(now, where); });
    measure_group(now, "Compiling", [&] {
        if (options.quick && options.filter.empty())
            now.notes.push_back("compile.hello: only in a full run, or with --filter compile");
        else
            measure_compiler(now, where);
    });
    if (!options.peers) return;
    measure_group(now, "Others", [&] {
        measure_native_peers(now);
        measure_mpi_peer(now, where);
        measure_peers(now, where);
    });
}

int write(const bench_options& options, const std::string& result) {
    if (options.output.empty()) {
        std::cout << result << std::flush;
        return 0;
    }
    std::ofstream file(from_utf8(options.output), std::ios::binary);
    file << result << std::flush;
    if (file) return 0;
    std::cerr << "brood: cannot write '" << options.output << "'.\n";
    return 2;
}

std::string in_format(const bench_options& options, const session& now, const style& look) {
    if (options.format == "json") return as_json(now);
    if (options.format == "html") return as_html(now);
    return as_text(now, look) + (options.chart || look.unicode ? as_bars(now, look) : "");
}

bool any_slower(const session& now) {
    return std::any_of(now.compared.begin(), now.compared.end(),
                       [](const comparison_row& one) { return one.what == comparison_row::verdict::slower; });
}

}  // namespace

int run_bench(const bench_options& options) {
    session now;
    constexpr std::size_t usual = 100, quick = 5;
    now.runs = options.runs != 0 ? options.runs : options.quick ? quick : usual;
    try {
        if (!options.filter.empty()) now.filter.emplace(options.filter);
    } catch (const std::regex_error&) {
        std::cerr << "brood: the filter '" << options.filter << "' is not a regular expression.\n";
        return 2;
    }
    std::vector<old_row> before;
    try {
        if (!options.compare.empty()) before = read_old_rows(options.compare);
    } catch (const std::exception& error) {
        std::cerr << "brood: " << error.what() << ".\n";
        return 2;
    }
    measure_all(now, options);
    if (now.rows.empty() && now.notes.empty()) {
        std::cerr << "brood: the filter '" << options.filter << "' leaves nothing to measure.\n";
        return 2;
    }
    const style look = options.output.empty() ? style::of_standard_output() : style::plain();
    now.compared = compare_rows(now, before);
    const int written = write(options, in_format(options, now, look));
    return written != 0 ? written : any_slower(now) ? 1 : 0;
}

}  // namespace tool
