// SPDX-License-Identifier: MIT
// Forking a child that shares nothing of brood's with its parent but its own lifeline.
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

child fork_process(bool new_group) {
    auto [read_end, write_end] = posix::make_lifeline();
    unique_handle kept = duplicate_handle(read_end.get());  // not marked as owned, so it survives in the child
    flush_streams();
    const pid_t pid = ::fork();
    if (pid == -1) posix::throw_errno("fork");
    child result;
    if (pid == 0) {
        read_end.release();  // closed by the fork handler
        write_end.release();
        posix::forget_helper_threads();
        if (new_group) ::setpgid(0, 0);
        result.lifeline = posix::own(std::move(kept));
        return result;
    }
    if (new_group) ::setpgid(pid, pid);  // whichever of the two comes first
    result.pid = pid;
    result.lifeline = std::move(write_end);  // from here on an exception ends the child
    result.process = posix::open_process(pid);
    return result;
}

}  // namespace brood::platform
