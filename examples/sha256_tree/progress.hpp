// SPDX-License-Identifier: MIT
// A progress bar: redrawn on a terminal, a line at each quarter elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

class progress_bar {
public:
    progress_bar(std::string title, std::uint64_t total);
    // More of the total is done.
    void advance(std::uint64_t amount);
    // Takes the bar off the screen.
    void finish();

private:
    void redraw();
    void print_quarter();

    std::string title_;
    std::uint64_t total_;
    std::uint64_t done_ = 0;
    unsigned columns_ = 0;  // 0: no terminal
    unsigned quarter_ = 0;  // the last one printed
    std::chrono::steady_clock::time_point drawn_{};
};
