// SPDX-License-Identifier: MIT
// Requests to a child are signals. They go through the process handle's owner check: a child that was reaped gets none.
#include "platform/posix/fd.hpp"

#include <csignal>

namespace brood::platform {

void send_request(const child& process, request what) {
    const int signal = what == request::interrupt ? SIGINT : what == request::terminate ? SIGTERM : SIGKILL;
    if (::kill(static_cast<pid_t>(process.pid), signal) == -1 && errno != ESRCH) posix::throw_errno("kill");
}

}  // namespace brood::platform
