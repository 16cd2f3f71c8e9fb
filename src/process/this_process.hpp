// SPDX-License-Identifier: MIT
// What brood knows about the process that it runs in.
#pragma once

#include "process/running_child.hpp"
#include "process/setup.hpp"

#include <brood/start_method.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace brood::detail {

// One object a process; a forked copy gets a fresh one (the old one's locks may be held by threads that are not there).
class this_process {
public:
    static this_process& get();
    // In a child, before its target.
    static void become(const child_setup& setup);

    // ---- who it is; constant once main runs ----
    const std::string& name() const noexcept { return name_; }
    bool daemon() const noexcept { return daemon_; }
    bool is_child() const noexcept { return is_child_; }
    process_id parent_pid() const noexcept { return parent_pid_; }
    const std::string& parent_name() const noexcept { return parent_name_; }
    bool parent_daemon() const noexcept { return parent_daemon_; }

    // ---- children ----
    // The identity of the next child: "3" in the first process, "1:3" in its first child.
    std::string next_identity();
    void add(const std::shared_ptr<running_child>& child);
    // Those that still run; ended ones are reaped and forgotten.
    std::vector<std::shared_ptr<running_child>> living();
    // At exit: daemons are stopped, the others waited for.
    void finish_children() noexcept;

    // ---- settings ----
    start_method method();
    void set_method(start_method method, bool force);
    std::optional<start_method> chosen_method();
    std::string executable();
    void set_executable(std::string path);

private:
    // With the lock held: forgets those that ended and gives the others.
    std::vector<std::shared_ptr<running_child>> reap_children();
    this_process();
    this_process(const this_process& original, process_id pid);

    const process_id pid_;
    // Of a forked copy: still known, so that leak checkers do not report what is never freed.
    [[maybe_unused]] const this_process* const original_ = nullptr;
    std::string name_ = "main";
    std::string identity_;
    bool daemon_ = false;
    bool is_child_ = false;
    process_id parent_pid_ = 0;
    std::string parent_name_;
    bool parent_daemon_ = false;

    std::mutex mutex_;
    std::size_t made_ = 0;
    // Whoever started one holds it until it has ended; here it is only known.
    std::vector<std::weak_ptr<running_child>> children_;
    bool finishes_at_exit_ = false;
    std::optional<start_method> method_;
    std::string executable_;
};

}  // namespace brood::detail
