// SPDX-License-Identifier: MIT
#include "trace/trace.hpp"

#include "layout.hpp"
#include "trace/report.hpp"

#include <exception>
#include <fstream>
#include <iostream>

namespace tool {

int write_report(const traced_run& run, const std::string& format, const std::string& output) {
    const style look = output.empty() ? style::of_standard_output() : style::plain();
    const std::string text = format == "json" ? as_json(run) : format == "html" ? as_html(run) : as_text(run, look);
    if (output.empty()) {
        std::cout << text << std::flush;
        return 0;
    }
    std::ofstream file(from_utf8(output), std::ios::binary);
    file << text << std::flush;
    if (file) return 0;
    std::cerr << "brood: cannot write '" << output << "'.\n";
    return 2;
}

int run_trace(const trace_options& options) {
    traced_run run;
    try {
        run.events = read_trace(options.file);
    } catch (const std::exception& error) {
        std::cerr << "brood: " << error.what() << ".\n";
        return 2;
    }
    run.title = "trace " + to_utf8(from_utf8(options.file).filename());
    return write_report(run, options.format, options.output);
}

}  // namespace tool
