// SPDX-License-Identifier: MIT
// Forking a child that gets none of brood's own descriptors but those it is meant to have.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"
#include "platform/posix/flush.hpp"
#include "platform/posix/helper_threads.hpp"

#include <unistd.h>

namespace brood::platform {

BROOD_CHILD_PATH child fork_process(std::span<const handle_t> keep) {
    posix::install_fork_handler();
    posix::flush_output();
    // So that there is a number left for the handle of the child, which may already be running when it is asked for.
    unique_handle spare = keep.empty() ? unique_handle() : duplicate_handle(keep.front());
    for (handle_t handle : keep) posix::disown(handle);
    const pid_t pid = ::fork();
    const int error = errno;
    for (handle_t handle : keep) posix::own_again(handle);
    if (pid == -1) posix::throw_error(error, "fork");
    child result;
    if (pid == 0) {
        posix::forget_helper_threads();
        return result;
    }
    result.pid = pid;
    result.forked = true;
    spare.reset();
    result.process = posix::hold_child(pid);
    return result;
}

BROOD_CHILD_PATH void leave_terminal_group() noexcept { ::setpgid(0, 0); }

void join_terminal_group(process_id relative) noexcept { ::setpgid(0, ::getpgid(static_cast<pid_t>(relative))); }

}  // namespace brood::platform
