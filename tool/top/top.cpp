// SPDX-License-Identifier: MIT
#include "top/top.hpp"

#include "style.hpp"
#include "top/table.hpp"

#include <brood/native/terminal.hpp>

#include <cstdio>
#include <iostream>
#include <system_error>
#include <thread>

namespace tool {
namespace {

look_at look_now() { return {brood::native::look_at_sessions(), std::chrono::steady_clock::now()}; }

// A write that fails while the C library's buffer is emptied leaves its mark there alone: the stream stays good.
bool can_be_shown() { return std::cout && std::ferror(stdout) == 0; }

// Each table over the one before, until the terminal is gone.
int watch(look_at before, std::chrono::duration<double> interval) {
    function_names names;
    while (can_be_shown()) {
        std::this_thread::sleep_for(interval);
        look_at now = look_now();
        std::cout << "\033[H\033[2J" << as_text(now, {before, now}, names, style::of_standard_output()) << std::flush;
        before = std::move(now);
    }
    return 0;
}

int show_once(const look_at& before, const top_options& options) {
    std::this_thread::sleep_for(std::chrono::duration<double>(options.interval));
    const look_at now = look_now();
    const progress rates(before, now);
    function_names names;
    std::cout << (options.json ? as_json(now, rates, names) : as_text(now, rates, names, style::of_standard_output()))
              << std::flush;
    return 0;
}

}  // namespace

int run_top(const top_options& options) try {
    look_at first = look_now();
    const bool live =
        !options.once && !options.json && brood::native::terminal_columns(brood::native::stream::out).has_value();
    return live ? watch(std::move(first), std::chrono::duration<double>(options.interval)) : show_once(first, options);
} catch (const std::system_error& error) {
    std::cerr << "brood: " << error.what() << ".\n";
    return 2;
}

}  // namespace tool
