// SPDX-License-Identifier: MIT
#include <brood/start_method.hpp>

#include "process/bootstrap.hpp"
#include "process/forkserver.hpp"
#include "process/reserve.hpp"
#include "process/start.hpp"
#include "process/this_process.hpp"

#include <brood/config.hpp>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace brood {
namespace {

// The system counts a thread for a moment longer than its join() or its last statement takes.
bool other_threads_run() {
    for (int looks = 1; platform::thread_count() > 1; ++looks) {
        if (looks == 100) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return false;
}

}  // namespace

std::string_view to_string(start_method method) noexcept {
    switch (method) {
        case start_method::fork: return "fork";
        case start_method::spawn: return "spawn";
        case start_method::forkserver: return "forkserver";
    }
    return "unknown";
}

start_method parse_start_method(std::string_view name) {
    for (auto method : {start_method::fork, start_method::spawn, start_method::forkserver})
        if (to_string(method) == name) return method;
    throw std::invalid_argument("'" + std::string(name) +
                                "' is not a start method; there are fork, spawn and forkserver");
}

std::vector<start_method> available_start_methods() {
    if constexpr (BROOD_HAS_FORK) return {start_method::spawn, start_method::fork, start_method::forkserver};
    return {start_method::spawn};
}

namespace {

void require_available(start_method method) {
    const auto offered = available_start_methods();
    if (std::find(offered.begin(), offered.end(), method) == offered.end())
        throw std::invalid_argument("start method '" + std::string(to_string(method)) +
                                    "' is not available on " BROOD_SYSTEM);
}

}  // namespace

start_method get_start_method() { return detail::this_process::get().method(); }

void set_start_method(start_method method, bool force) {
    require_available(method);
    detail::this_process::get().set_method(method, force);
}

void set_executable(const std::string& path) { detail::this_process::get().set_executable(path); }

void set_forkserver_preload(bound_call call) {
    require_available(start_method::forkserver);
    detail::set_preload(std::move(call));
}

void set_spawn_reserve(std::size_t n) {
    if (n > 0 && !detail::init_was_called())
        throw bootstrap_error("set_spawn_reserve needs brood::init(argc, argv) as the first statement of main");
    detail::resize_reserve(n);
}

std::size_t spawn_reserve_ready() { return detail::reserve_ready(); }

namespace detail {

void require_startable(start_method method, const process_options& options) {
    require_available(method);
    if (is_bootstrapping()) {
        constexpr const char* text =
            "a process was started while its parent process, itself a child, was still starting up: before "
            "brood::init, for "
            "example in a static initialiser. Start processes after brood::init(argc, argv), the first statement of "
            "main.";
        report_early_start(text);
        throw bootstrap_error(text);
    }
    if (method != start_method::fork && !init_was_called())
        throw bootstrap_error(
            "brood::init(argc, argv) was not called. It must be the first statement of main: a child process runs this "
            "same "
            "program, and init is where it turns to its target instead of running main again.");
    if (method == start_method::fork && !options.allow_threads && other_threads_run())
        throw start_error(
            "refused to fork while other threads run: locks that they hold would stay locked in the child for ever. "
            "Use "
            "spawn or forkserver, or set process_options::allow_threads.");
}

}  // namespace detail
}  // namespace brood
