// SPDX-License-Identifier: MIT
#include "report.hpp"

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

void print_time(const std::string& what, double time, const measurement& measured) {
    const double safe = std::max(time, 1e-9);
    std::printf("%-16s %10s %12s files/s %9s MB/s\n", what.c_str(), seconds(time).c_str(),
                thousands(static_cast<std::uint64_t>(static_cast<double>(measured.files) / safe)).c_str(),
                fixed(static_cast<double>(measured.bytes) / 1e6 / safe, 0).c_str());
}

std::string why_not(const measurement& measured) {
    if (measured.cores == 1) return "this machine has one usable core, so there is nobody to share the work with";
    const double starting = measured.start * static_cast<double>(measured.starts) / static_cast<double>(measured.cores);
    if (starting > measured.alone / 4)
        return "the work is too small: starting " + std::to_string(measured.starts) + " processes takes about " +
               seconds(starting) + ", all of the work " + seconds(measured.alone);
    return "starting is not the cause (" + seconds(measured.start) +
           " each): the cores were busy with something else, or "
           "reading the files is what takes the time";
}

}  // namespace

void report_tree(const std::filesystem::path& top, const tree& all) {
    std::cout << to_utf8(top) << ": " << thousands(all.files.size()) << " regular files, "
              << fixed(static_cast<double>(all.bytes) / 1e6, 1) << " MB; symbolic links are not followed" << std::endl;
    for (const std::string& problem : all.problems) std::cout << "not looked at: " << problem << std::endl;
}

void report_unreadable(const tree& all, const std::function<bool(std::size_t)>& unreadable) {
    constexpr std::size_t shown = 5;
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.files.size(); ++i)
        if (unreadable(i) && ++count <= shown) std::cout << "cannot be read: " << to_utf8(all.files[i].path) << "\n";
    if (count > 0) std::cout << thousands(count) << " files cannot be read; they are not counted below" << std::endl;
}

void report_times(const measurement& measured) {
    print_time("reading once", measured.reading, measured);
    print_time("one process", measured.alone, measured);
    print_time(std::to_string(measured.cores) + (measured.cores == 1 ? " process" : " processes"), measured.together,
               measured);
    std::fflush(stdout);
}

bool report_agreement(bool same, const sample_result& sample) {
    std::cout << (same ? "All digests agree." : "THE DIGESTS DIFFER.") << " ";
    if (!sample.ran)
        std::cout << "There is no sha256sum here to compare a sample with." << std::endl;
    else
        std::cout << "sha256sum agrees on " << sample.agreed << " of a sample of " << sample.asked << " files."
                  << std::endl;
    return same && (!sample.ran || sample.agreed == sample.asked);
}

void report_verdict(const measurement& measured) {
    const double gain = measured.alone / std::max(measured.together, 1e-9);
    const std::string times = fixed(gain, 2) + " times as fast on " + std::to_string(measured.cores) + " cores";
    if (gain > 1.1)
        std::cout << "Processes paid off: " << times << ". The work in one process, " << seconds(measured.alone)
                  << ", is long beside one start (" << seconds(measured.start) << "; " << measured.starts
                  << " slices of equal work, a process each). The files come from memory after the first reading, so "
                     "hashing is what takes the time, and the cores share it."
                  << std::endl;
    else
        std::cout << "Processes did not pay off: " << times << ", since " << why_not(measured) << "." << std::endl;
}
