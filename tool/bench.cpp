// SPDX-License-Identifier: MIT
#include "bench.hpp"

#include "bench_groups.hpp"
#include "bench_report.hpp"
#include "layout.hpp"
#include "measure.hpp"
#include "style.hpp"

#include <brood/native/terminal.hpp>

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
    measure_starts(now, where);
    measure_reserve(now);
    measure_large_parent(now);
    measure_bulk(now);
    measure_shared(now);
    measure_channels(now);
    measure_memory(now, where);
    measure_compiler(now, where);
    if (options.peers) measure_peers(now, where);
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
    measure_all(now, options);
    if (now.rows.empty() && now.notes.empty()) {
        std::cerr << "brood: the filter '" << options.filter << "' leaves nothing to measure.\n";
        return 2;
    }
    const style look = options.output.empty() ? style::of_standard_output() : style::plain();
    return write(options, options.json ? as_json(now) : as_text(now, look));
}

}  // namespace tool
