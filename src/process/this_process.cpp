// SPDX-License-Identifier: MIT
#include "process/this_process.hpp"
#include "base/child_path.hpp"

#include "arena/session.hpp"
#include "codec/exception.hpp"
#include "process/inspection.hpp"
#include "process/kinds.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace brood::detail {
namespace {

std::atomic<this_process*> current_process{nullptr};

void finish_at_exit() { this_process::get().finish_children(); }

// Notices the child's end even if nobody waits for it: locks that it holds must not block others.
void watch(const std::shared_ptr<running_child>& child) {
    arena::watch_process(child->pid(), [weak = std::weak_ptr<running_child>(child)] {
        try {
            if (const auto ended = weak.lock()) static_cast<void>(ended->status());
        } catch (const std::exception&) {
            // whoever joins it learns what is wrong
        }
    });
}

void watch_all() {
    for (const auto& child : this_process::get().living()) watch(child);
}

[[maybe_unused]] const bool hooked = [] {
    arena::on_first_use(&watch_all);
    register_kinds();
    return true;
}();

}  // namespace

this_process::this_process() : pid_(platform::current_process_id()) {}

// A forked copy: the same settings, no children. Its original's are left alone, locks and all.
BROOD_CHILD_PATH this_process::this_process(const this_process& original, process_id pid)
    : pid_(pid),
      original_(&original),
      name_(original.name_),
      identity_(original.identity_),
      daemon_(original.daemon_),
      is_child_(original.is_child_),
      parent_pid_(original.parent_pid_),
      parent_name_(original.parent_name_),
      parent_daemon_(original.parent_daemon_),
      session_(original.is_child_ ? original.session_ : std::nullopt),
      method_(original.method_),
      executable_(original.executable_) {}

// The objects are never freed: exit handlers of any order may still ask.
BROOD_CHILD_PATH this_process& this_process::get() {
    this_process* known = current_process.load();
    const auto pid = platform::current_process_id();
    if (known != nullptr && known->pid_ == pid) return *known;
    auto* fresh = known == nullptr ? new this_process() : new this_process(*known, pid);
    if (current_process.compare_exchange_strong(known, fresh)) return *fresh;
    delete fresh;
    return *known;
}

BROOD_CHILD_PATH void this_process::become(const child_setup& setup) {
    this_process& self = get();
    const std::lock_guard guard(self.mutex_);
    self.name_ = setup.name;
    name_origin(setup.name);
    self.identity_ = setup.identity;
    self.daemon_ = setup.daemon;
    self.is_child_ = true;
    self.parent_pid_ = setup.parent_pid;
    self.parent_name_ = setup.parent_name;
    self.parent_daemon_ = setup.parent_daemon;
    self.method_ = setup.default_method;
    self.executable_ = setup.executable;
    self.session_ = {setup.session_root, setup.session_born};
    self.made_ = 0;
}

platform::session this_process::session() {
    const std::lock_guard guard(mutex_);
    if (!session_) session_ = {pid_, platform::process_birth(pid_)};
    return *session_;
}

std::optional<platform::session> this_process::known_session() {
    const std::lock_guard guard(mutex_);
    return session_;
}

std::string this_process::next_identity() {
    const std::lock_guard guard(mutex_);
    return (identity_.empty() ? "" : identity_ + ":") + std::to_string(++made_);
}

void this_process::add(const std::shared_ptr<running_child>& child) {
    const std::lock_guard guard(mutex_);
    static_cast<void>(reap_children());
    children_.push_back(child);
    if (arena::is_used()) watch(child);
    if (!finishes_at_exit_) finishes_at_exit_ = std::atexit(&finish_at_exit) == 0;
}

std::vector<std::shared_ptr<running_child>> this_process::living() {
    const std::lock_guard guard(mutex_);
    return reap_children();
}

std::vector<std::shared_ptr<running_child>> this_process::reap_children() {
    std::vector<std::shared_ptr<running_child>> running;
    std::erase_if(children_, [&](const auto& known) {
        auto child = known.lock();
        if (!child || child->status()) return true;
        running.push_back(std::move(child));
        return false;
    });
    return running;
}

namespace {

// All are asked before any is waited for.
void stop_daemons(const std::vector<std::shared_ptr<running_child>>& children) noexcept {
    for (const auto& child : children) {
        try {
            if (child->daemon()) child->request(platform::request::terminate);
        } catch (const std::exception&) {
            // stop() below gets it
        }
    }
    for (const auto& child : children)
        if (child->daemon()) child->stop();
}

}  // namespace

void this_process::finish_children() noexcept {
    std::vector<std::shared_ptr<running_child>> left;
    {
        const std::lock_guard guard(mutex_);
        left = reap_children();
        children_.clear();
    }
    for (const auto& child : left) child->release_at_exit();
    stop_daemons(left);
    for (const auto& child : left) {
        try {
            child->wait({});
        } catch (const std::exception&) {
            // it cannot be waited for; its lifeline ends it with this process
        }
    }
}

start_method this_process::method() {
    if (const auto forced = inspection::forced_method()) return *forced;
    const std::lock_guard guard(mutex_);
    return method_.value_or(start_method::spawn);
}

std::optional<start_method> this_process::chosen_method() {
    const std::lock_guard guard(mutex_);
    return method_;
}

void this_process::set_method(start_method method, bool force) {
    const std::lock_guard guard(mutex_);
    if (method_ && !force)
        throw std::logic_error("the start method was already set; pass force = true to set it again");
    method_ = method;
    inspection::method_chosen(method);
}

std::string this_process::executable() {
    const std::lock_guard guard(mutex_);
    return executable_;
}

void this_process::set_executable(std::string path) {
    const std::lock_guard guard(mutex_);
    executable_ = std::move(path);
}

}  // namespace brood::detail
