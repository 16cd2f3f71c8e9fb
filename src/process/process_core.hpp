// SPDX-License-Identifier: MIT
// What a process object holds.
#pragma once

#include "process/running_child.hpp"

#include <brood/detail/target.hpp>
#include <brood/process_options.hpp>

#include <memory>
#include <mutex>
#include <string>

namespace brood::detail {

// Thread-safe. States: made -> started -> closed, by `child_` and `closed_`; whether a started one still runs only
// `child_` knows.
class process_core {
public:
    process_core(process_options options, std::shared_ptr<target> work, bool always_fork);

    void start();
    // The child; throws unless this is a started, unclosed process of this very process. `verb`: for the message.
    std::shared_ptr<running_child> child(const char* verb) const;
    // The same, but null before the start.
    std::shared_ptr<running_child> child_if_any(const char* verb) const;
    void close();
    bool is_ours() const noexcept { return owner_ == platform::current_process_id(); }

    std::string name() const;
    void set_name(std::string name);
    bool daemon() const;
    void set_daemon(bool daemon);

private:
    std::unique_lock<std::mutex> lock() const;
    void require_usable(const char* verb) const;
    void require_ours(const char* verb) const;

    const process_id owner_ = platform::current_process_id();
    const bool always_fork_;
    mutable std::mutex mutex_;
    std::mutex starting_;  // held during a start, so that a second one waits and then sees the first
    process_options options_;
    std::string identity_;
    std::shared_ptr<target> work_;
    std::shared_ptr<running_child> child_;
    bool closed_ = false;
};

}  // namespace brood::detail
