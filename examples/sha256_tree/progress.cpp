// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <brood/native/terminal.hpp>

#include <algorithm>
#include <iostream>
#include <utility>

progress_bar::progress_bar(std::string title, std::uint64_t total) : title_(std::move(title)), total_(total) {
    columns_ = brood::native::terminal_columns(brood::native::stream::error).value_or(0);
}

void progress_bar::advance(std::uint64_t amount) {
    done_ = std::min(done_ + amount, total_);
    if (columns_ > 0)
        redraw();
    else
        print_quarter();
}

void progress_bar::finish() {
    if (columns_ > 0) std::cerr << "\r\033[K" << std::flush;
}

void progress_bar::redraw() {
    using namespace std::chrono;
    const auto now = steady_clock::now();
    if (now - drawn_ < milliseconds(50)) return;
    drawn_ = now;
    const std::uint64_t percent = total_ == 0 ? 100 : 100 * done_ / total_;
    const std::size_t other = title_.size() + 10;  // brackets, spaces, the number
    const std::size_t width = columns_ > other + 10 ? std::min<std::size_t>(columns_ - other, 50) : 10;
    const std::size_t filled = width * percent / 100;
    std::cerr << "\r" << title_ << " [" << std::string(filled, '#') << std::string(width - filled, '.') << "] "
              << percent << " %\033[K" << std::flush;
}

void progress_bar::print_quarter() {
    const unsigned reached = total_ == 0 ? 4 : static_cast<unsigned>(4 * done_ / total_);
    if (reached == quarter_) return;
    quarter_ = reached;
    std::cerr << title_ << ": " << 25 * reached << " %" << std::endl;
}
