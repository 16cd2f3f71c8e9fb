// SPDX-License-Identifier: MIT
// The ways in which a child can come to be. Each gives a process that waits for its setup message.
#pragma once

#include "process/running_child.hpp"
#include "process/setup.hpp"
#include "process/wire.hpp"

#include <brood/process_options.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace brood::detail {

// What a process had that was made ahead of time.
struct surroundings {
    std::vector<std::string> environment;
    std::string directory;
    std::array<std::string, 3> streams;  // identities; it has the null device as its input
};
surroundings current_surroundings();
std::array<std::string, 3> current_streams();

// A child that exists but has been told nothing yet.
struct launched {
    platform::child child;
    platform::unique_handle channel;
    std::unique_ptr<status_source> source;  // null: this process is its parent
    std::optional<surroundings> late;       // it was made ahead of time, with this, and needs a late_setup
    bool told = false;                      // its work was sent while it was made
};
// Sends the child its work; `late` as above, or null. `unread`: nobody reads it until later; false when it cannot be
// sent so. May be called again, for another child, when the first did not come to be.
using tell_child = std::function<bool(wire& channel, const surroundings* late, bool unread)>;

// What of a process's options matters while it is made, with opened redirection files.
struct launch_request {
    std::array<platform::stdio_target, 3> stdio;
    std::vector<platform::unique_handle> opened;  // keeps them open
    std::vector<platform::handle_t> inherit;
    std::vector<std::string> environment;  // what the child is to have
    bool same_environment = true;          // it is that of this process (then it may have been left out)
    std::string directory;                 // empty: this process's
    std::string name;
    bool receive_ctrl_c = false;
};
launch_request make_request(const process_options& options, const std::string& name,
                            bool always_with_environment = true);

// When a child that is started now must have reached brood::init. It is a guard against programs that never do; slow
// machines and checkers may need more than the default (environment variable BROOD_BOOTSTRAP_TIMEOUT, in seconds).
platform::deadline bootstrap_deadline();

// The program that children run.
std::string child_program();
// A fresh run of the program; `note` tells it what it is ("" an ordinary child).
platform::spawned spawn_self(const launch_request& request, const std::string& note);

launched launch_spawn(const launch_request& request);
// Blocks until the child has answered to its work, or the deadline came.
launched launch_forkserver(const launch_request& request, const tell_child& tell, platform::deadline until);
// A child from the spawn reserve, if there is one that suits.
std::optional<launched> take_from_reserve(const launch_request& request);

// A handle's value as a number that fits into a message, and back.
template <class Handle>
std::int64_t handle_to_number(Handle handle) noexcept {
    if constexpr (std::is_pointer_v<Handle>)
        return static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(handle));
    else
        return handle;
}
template <class Handle = platform::handle_t>
Handle number_to_handle(std::int64_t number) noexcept {
    if constexpr (std::is_pointer_v<Handle>)
        return reinterpret_cast<Handle>(static_cast<std::intptr_t>(number));
    else
        return static_cast<Handle>(number);
}

// The note of a process that is to be the fork server.
inline constexpr const char* forkserver_note = "forkserver";

}  // namespace brood::detail
