// SPDX-License-Identifier: MIT
// Forking a child that gets none of brood's own descriptors but those it is meant to have.
#include "platform/posix/helper_threads.hpp"
#include "platform/posix/fd.hpp"

#include <cstdio>
#include <iostream>
#include <unistd.h>

namespace brood::platform {
namespace {

// Buffered output must not be written twice, once by each process.
void flush_streams() {
    std::cout.flush();
    std::clog.flush();
    std::fflush(nullptr);
}

}  // namespace

child fork_process(std::span<const handle_t> keep, bool new_group) {
    posix::install_fork_handler();
    flush_streams();
    for (handle_t handle : keep) posix::disown(handle);
    const pid_t pid = ::fork();
    const int error = errno;
    for (handle_t handle : keep) posix::own_again(handle);
    if (pid == -1) posix::throw_error(error, "fork");
    child result;
    if (pid == 0) {
        posix::forget_helper_threads();
        if (new_group) ::setpgid(0, 0);
        return result;
    }
    if (new_group) ::setpgid(pid, pid);  // whichever of the two comes first
    result.pid = pid;
    result.process = posix::open_process(pid);
    return result;
}

}  // namespace brood::platform
