// SPDX-License-Identifier: MIT
#include "report.hpp"

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>

namespace {

std::string fixed(double value, int digits) {
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, value);
    return text;
}

std::string seconds(double value) { return value < 1 ? fixed(value * 1e3, 1) + " ms" : fixed(value, 2) + " s"; }

std::string thousands(std::uint64_t value) {
    std::string text = std::to_string(value);
    for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, ",");
    return text;
}

// In lines that fit the terminal.
void print_wrapped(std::string text) {
    const std::size_t width = brood::native::terminal_columns(brood::native::stream::out).value_or(100);
    while (text.size() > width) {
        const std::size_t space = text.rfind(' ', width);
        const std::size_t end = space == std::string::npos || space == 0 ? width : space;
        std::cout << text.substr(0, end) << "\n";
        text.erase(0, end + (end == space ? 1 : 0));
    }
    std::cout << text << std::endl;
}

std::string counted(std::uint64_t count, const std::string& one, const std::string& many) {
    return thousands(count) + " " + (count == 1 ? one : many);
}

void print_time(const std::string& what, double time, const measurement& measured) {
    const double safe = std::max(time, 1e-9);
    std::printf("%-16s %10s %12s files/s %9s MB/s\n", what.c_str(), seconds(time).c_str(),
                thousands(static_cast<std::uint64_t>(static_cast<double>(measured.files) / safe)).c_str(),
                fixed(static_cast<double>(measured.bytes) / 1e6 / safe, 0).c_str());
}

std::string why_not(const measurement& measured) {
    if (measured.cores == 1) return "this machine has one usable core, so there is nobody to share the work with";
    const double cores = static_cast<double>(measured.cores);
    const double shared = measured.alone * (1 - 1 / cores);
    if (measured.start > shared / 4)
        return "the work is too small: sharing it among the cores can save " + seconds(shared) +
               " at best, and starting the processes takes " + seconds(measured.start);
    return "starting is not the cause (" + seconds(measured.start) +
           "): the cores were busy with something else, or reading the files is what takes the time";
}

}  // namespace

void report_tree(const std::filesystem::path& top, const tree& all) {
    std::cout << to_utf8(top) << ": " << counted(all.files.size(), "regular file", "regular files") << ", "
              << fixed(static_cast<double>(all.bytes) / 1e6, 1) << " MB; symbolic links are not followed" << std::endl;
    for (const std::string& problem : all.problems) std::cout << "not looked at: " << problem << std::endl;
}

void report_unreadable(const tree& all, const std::function<bool(std::size_t)>& unreadable) {
    constexpr std::size_t shown = 5;
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.files.size(); ++i)
        if (unreadable(i) && ++count <= shown) std::cout << "cannot be read: " << to_utf8(all.files[i].path) << "\n";
    if (count > 0) std::cout << counted(count, "file", "files") << " cannot be read; not counted below" << std::endl;
}

void report_times(const measurement& measured) {
    print_time("reading once", measured.reading, measured);
    print_time("one process", measured.alone, measured);
    print_time(counted(measured.cores, "process", "processes"), measured.together, measured);
    std::fflush(stdout);
}

bool report_agreement(const tree& all, const std::function<bool(std::size_t)>& differs, const sample_result& sample) {
    std::size_t different = 0;
    for (std::size_t i = 0; i < all.files.size(); ++i)
        if (differs(i) && different++ == 0) std::cout << "first that differs: " << to_utf8(all.files[i].path) << "\n";
    std::string text = different == 0
                           ? "All digests agree. "
                           : "THE DIGESTS OF " + counted(different, "FILE", "FILES") + " DIFFER (did they change?). ";
    if (sample.ran)
        text += "sha256sum agrees on " + std::to_string(sample.agreed) + " of a sample of " +
                std::to_string(sample.asked) + " files.";
    else
        text += "There is no sha256sum here to compare a sample with.";
    print_wrapped(text);
    return different == 0 && (!sample.ran || sample.agreed == sample.asked);
}

void report_verdict(const measurement& measured) {
    const double gain = measured.alone / std::max(measured.together, 1e-9);
    const std::string cores = counted(measured.cores, "core", "cores");
    if (gain > 1.1)
        print_wrapped("Processes paid off: " + fixed(gain, 2) + " times as fast on " + cores +
                      ". The work in one process, " + seconds(measured.alone) +
                      ", is long beside the start of the processes, " + seconds(measured.start) +
                      ". After the first reading the files come from memory, so the "
                      "processor is what limits, and the cores share it.");
    else if (gain > 0.9)
        print_wrapped("Processes made no difference on " + cores + ": " + why_not(measured) + ".");
    else
        print_wrapped("Processes did not pay off: they took " + fixed(1 / gain, gain < 0.1 ? 0 : 2) +
                      " times as long on " + cores + ": " + why_not(measured) + ".");
}
