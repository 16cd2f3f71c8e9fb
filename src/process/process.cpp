// SPDX-License-Identifier: MIT
#include <brood/process.hpp>

#include "arena/wait_set.hpp"
#include "process/process_core.hpp"
#include "process/this_process.hpp"

#include <stdexcept>

namespace brood {

using detail::running_child;

// ---- process_info ----

process_info::process_info(std::string name, process_id pid, bool daemon, std::weak_ptr<running_child> child,
                           bool parent)
    : name_(std::move(name)), pid_(pid), daemon_(daemon), child_(std::move(child)), parent_(parent) {}

bool process_info::is_alive() const {
    if (parent_) return platform::lifeline_intact();
    if (pid_ == platform::current_process_id()) return true;
    const auto child = child_.lock();
    return child && child->is_ours() && !child->status();
}

// ---- process_handle ----

process_handle::process_handle(std::shared_ptr<detail::process_core> core) noexcept : core_(std::move(core)) {}

process_handle::process_handle(process_handle&& other) noexcept = default;

process_handle& process_handle::operator=(process_handle&& other) noexcept {
    if (this == &other) return *this;
    finish();
    core_ = std::move(other.core_);
    return *this;
}

process_handle::~process_handle() { finish(); }

void process_handle::finish() noexcept {
    if (!core_ || !core_->is_ours()) return;
    try {
        const auto child = core_->child_if_any("join");
        if (!child) return;
        if (child->daemon())
            child->stop();
        else
            child->wait({});
    } catch (const std::exception&) {
        // closed already, or it cannot be waited for: its lifeline then ends it with this process
    }
}

detail::process_core& process_handle::core() const {
    if (!core_) throw std::logic_error("this process object was moved from");
    return *core_;
}

void process_handle::start() { core().start(); }

void process_handle::join() { core().child("join")->wait({}); }

bool process_handle::join_until(std::chrono::steady_clock::time_point time) { return core().child("join")->wait(time); }

bool process_handle::is_alive() const {
    const auto child = core().child_if_any("look at");
    return child && !child->status();
}

process_id process_handle::pid() const {
    const auto child = core().child_if_any("look at");
    return child ? child->pid() : 0;
}

std::string process_handle::name() const { return core().name(); }
void process_handle::set_name(std::string name) { core().set_name(std::move(name)); }
bool process_handle::daemon() const { return core().daemon(); }
void process_handle::set_daemon(bool daemon) { core().set_daemon(daemon); }

std::optional<brood::exit_status> process_handle::exit_status() const {
    const auto child = core().child_if_any("look at");
    return child ? child->status() : std::nullopt;
}

std::optional<int> process_handle::exit_code() const {
    const auto status = exit_status();
    if (!status) return std::nullopt;
    return status->signal() != 0 ? -status->signal() : status->code();
}

void process_handle::interrupt() { core().child("interrupt")->request(platform::request::interrupt); }
void process_handle::terminate() { core().child("terminate")->request(platform::request::terminate); }
void process_handle::kill() { core().child("kill")->request(platform::request::kill); }
void process_handle::close() { core().close(); }
sentinel process_handle::sentinel() const { return brood::sentinel(core().child("wait for")); }

namespace detail {

std::shared_ptr<process_core> make_process_core(process_options options, std::shared_ptr<target> target,
                                                bool always_fork) {
    return std::make_shared<process_core>(std::move(options), std::move(target), always_fork);
}

}  // namespace detail

// ---- this process and its relatives ----

process_info current_process() {
    const auto& self = detail::this_process::get();
    return {self.name(), platform::current_process_id(), self.daemon()};
}

std::optional<process_info> parent_process() {
    const auto& self = detail::this_process::get();
    if (!self.is_child()) return std::nullopt;
    return process_info(self.parent_name(), self.parent_pid(), self.parent_daemon(), {}, true);
}

std::vector<process_info> active_children() {
    std::vector<process_info> infos;
    for (const auto& child : detail::this_process::get().living())
        infos.emplace_back(child->name(), child->pid(), child->daemon(), child);
    return infos;
}

std::size_t cpu_count() { return platform::usable_processors(); }

// ---- sentinel ----

sentinel::sentinel(std::shared_ptr<running_child> child) noexcept : child_(std::move(child)) {}

bool sentinel::is_ready() const { return wait_until(std::chrono::steady_clock::time_point::min()); }

namespace {

platform::waitable to_wait_for(const running_child& child) {
    if (!child.is_ours()) throw std::logic_error("cannot wait for this sentinel: only the process that made it can");
    return {platform::waitable::kind::process, child.process_handle()};
}

// True when the process ended before the deadline.
bool wait_for_end(const running_child& child, platform::deadline until) {
    const auto one = to_wait_for(child);
    return !platform::wait_many({&one, 1}, until).empty();
}

}  // namespace

bool sentinel::wait_until(std::chrono::steady_clock::time_point time) const { return wait_for_end(*child_, time); }
void sentinel::wait() const { wait_for_end(*child_, {}); }

void sentinel::join_wait(detail::wait_set& set) const { set.add({.handles = {to_wait_for(*child_)}, .keep = child_}); }

native_handle_type sentinel::native_handle() const noexcept { return child_->process_handle(); }

}  // namespace brood
