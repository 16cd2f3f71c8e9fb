// SPDX-License-Identifier: MIT
#include "process/process_core.hpp"

#include "process/start.hpp"
#include "process/this_process.hpp"

#include <stdexcept>

namespace brood::detail {

process_core::process_core(process_options options, std::shared_ptr<target> work, bool always_fork)
    : always_fork_(always_fork),
      options_(std::move(options)),
      identity_(this_process::get().next_identity()),
      work_(std::move(work)) {
    if (options_.name.empty()) options_.name = "process-" + identity_;
}

// A forked copy must not wait for a lock: who held it when the fork was made is not there to give it back.
std::unique_lock<std::mutex> process_core::lock() const {
    return is_ours() ? std::unique_lock(mutex_) : std::unique_lock(mutex_, std::defer_lock);
}

void process_core::start() {
    require_ours("start");
    const std::lock_guard one_at_a_time(starting_);
    process_options options;
    {
        const auto guard = lock();
        require_usable("start");
        if (child_) throw std::logic_error("this process was already started; a process object starts one process");
        options = options_;
    }
    const start_order order{options, options.name, identity_, options.daemon, work_, false, always_fork_};
    auto started = start_child(order);
    const auto guard = lock();
    child_ = std::move(started.child);
    work_.reset();
}

std::shared_ptr<running_child> process_core::child_if_any(const char* verb) const {
    const auto guard = lock();
    require_usable(verb);
    return child_;
}

std::shared_ptr<running_child> process_core::child(const char* verb) const {
    auto known = child_if_any(verb);
    if (!known) throw std::logic_error(std::string("cannot ") + verb + " a process that was not started");
    return known;
}

void process_core::close() {
    const auto guard = lock();
    if (closed_) return;
    require_usable("close");
    if (child_ && !child_->status())
        throw std::logic_error("cannot close a process that still runs: join, terminate or kill it first");
    closed_ = true;
    child_.reset();
    work_.reset();
}

void process_core::require_usable(const char* verb) const {
    if (closed_) throw std::logic_error(std::string("cannot ") + verb + " a process object that is closed");
    require_ours(verb);
}

void process_core::require_ours(const char* verb) const {
    if (!is_ours())
        throw std::logic_error(std::string("cannot ") + verb + " this process: only the process that made it can");
}

std::string process_core::name() const {
    const auto guard = lock();
    return options_.name;
}

void process_core::set_name(std::string name) {
    const auto guard = lock();
    options_.name = std::move(name);
}

bool process_core::daemon() const {
    const auto guard = lock();
    return options_.daemon;
}

void process_core::set_daemon(bool daemon) {
    const auto guard = lock();
    if (child_) throw std::logic_error("cannot change the daemon flag of a process that was started");
    options_.daemon = daemon;
}

}  // namespace brood::detail
