// SPDX-License-Identifier: MIT
// One started child, shared by all who hold it: its process object, sentinels, futures and the registry.
#pragma once

#include "platform/platform.hpp"

#include <brood/exit_status.hpp>
#include <brood/start_method.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace brood::detail {

// Tells how a child ended whose parent is another process (the fork server).
class status_source {
public:
    virtual ~status_source() = default;
    // Called once, after the process ended. Blocks until the answer is there.
    virtual exit_status take() noexcept = 0;
    // In a forked copy of this process: lets go without touching what is the original's.
    virtual void abandon() noexcept = 0;
};

// Thread-safe. Belongs to the process that started the child; in a forked copy it must only be destroyed.
class running_child {
public:
    // `source` is null for a child of this very process.
    running_child(std::string name, bool daemon, platform::child child, std::unique_ptr<status_source> source,
                  std::uint32_t session_tag);
    ~running_child();
    running_child(const running_child&) = delete;
    running_child& operator=(const running_child&) = delete;

    process_id pid() const noexcept { return child_.pid; }
    const std::string& name() const noexcept { return name_; }
    bool daemon() const noexcept { return daemon_; }
    platform::handle_t process_handle() const noexcept { return child_.process.get(); }
    const platform::child& child() const noexcept { return child_; }
    // False in a forked copy of the process that started it.
    bool is_ours() const noexcept;

    // Blocks until the child ended (then it is reaped); false when the deadline came first.
    bool wait(platform::deadline until);
    // How it ended, if it did; never blocks.
    std::optional<exit_status> status();
    void request(platform::request what);
    // terminate(), and kill() if that did not help within a second; then reaped.
    void stop() noexcept;

    // What to let go of at exit so that the child is not kept waiting for this process.
    void on_exit(std::function<void()> release);
    void release_at_exit() noexcept;

private:
    const process_id owner_;
    const std::string name_;
    const bool daemon_;
    platform::child child_;
    std::unique_ptr<status_source> source_;
    const std::uint32_t session_tag_;
    std::mutex mutex_;
    std::optional<exit_status> status_;
    std::function<void()> release_;
};

}  // namespace brood::detail
