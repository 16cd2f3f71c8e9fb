// SPDX-License-Identifier: MIT
// From options and a target to a child whose target is about to run.
#pragma once

#include "process/launch.hpp"
#include "process/running_child.hpp"
#include "process/wire.hpp"

#include <brood/detail/target.hpp>
#include <brood/process_options.hpp>

#include <exception>
#include <memory>
#include <string>

namespace brood::detail {

struct start_order {
    const process_options& options;
    std::string name;
    std::string identity;
    bool daemon = false;
    std::shared_ptr<target> work;
    bool wants_result = false;
    bool always_fork = false;  // fork_process
    // filled in by start_child()
    std::uint32_t session_tag = 0;
    std::optional<inspection_setup> inspection = {};
};

struct started_child {
    std::shared_ptr<running_child> child;
    wire channel;  // open only when a result is wanted
    std::exception_ptr
        early_failure;  // the arguments could not be read; only when a result is wanted, else it is thrown
};

// Throws bootstrap_error, start_error or serialization_error; then no process is left.
started_child start_child(start_order order);

// ---- parts of it that have files of their own ----

// Refuses what cannot work before anything is made.
void require_startable(start_method method, const process_options& options);
// Under fork nothing is sent. Throws std::system_error where the system refuses.
started_child start_by_fork(const start_order& order);
child_setup make_setup(const start_order& order);
// Throws that a child died before its target ran. Reads what its channel still has, after `last`, a message that was
// taken from it already.
[[noreturn]] void throw_died(running_child& child, wire& channel, const message* last = nullptr);

}  // namespace brood::detail
