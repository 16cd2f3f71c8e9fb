// SPDX-License-Identifier: MIT
// What a child is told about itself before its target.
#pragma once

#include "process/inspection.hpp"

#include <brood/error.hpp>
#include <brood/start_method.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace brood::detail {

// What a child that was started ahead of time (reserve, fork server) must still make its own. Its handles travel with
// the message: first those of redirected streams in order, then the inherited ones.
struct late_setup {
    std::optional<std::vector<std::string>> environment;  // "NAME=value"; else it is right already
    std::string directory;                                // empty: it is right already
    std::vector<std::uint8_t> streams;                    // three platform::stdio_target::kind; empty: they are right
    std::vector<std::int64_t> inherited;                  // the values under which inherited handles are known
};

struct child_setup {
    std::string name;
    std::string identity;  // "1:2": the second child of the first child
    bool daemon = false;
    bool wants_result = false;
    process_id parent_pid = 0;
    std::int64_t session_root = 0;  // platform::session
    std::uint64_t session_born = 0;
    std::string parent_name;
    bool parent_daemon = false;
    bool receive_ctrl_c = false;
    std::uint32_t session_tag = 0;               // its record in the session's shared memory
    std::optional<start_method> default_method;  // as chosen in the parent
    std::string executable;                      // as chosen in the parent
    std::vector<unsigned> cpus;
    std::optional<int> niceness;
    std::optional<std::uint64_t> memory_limit;
    std::optional<late_setup> late;
    std::optional<inspection_setup> inspection;  // `brood check` runs the program
};

}  // namespace brood::detail
