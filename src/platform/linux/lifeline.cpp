// SPDX-License-Identifier: MIT
// Linux: the kernel itself kills this process when the other end of its lifeline closes. The pipe is put in
// signal-driven mode (fcntl(2), O_ASYNC) with SIGKILL as its signal: no thread, no handler, nothing that a blocked or
// crashed program could hold up. PR_SET_PDEATHSIG would follow the parent's thread instead of the parent.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace brood::platform {
namespace {

std::atomic<int> watched{-1};

BROOD_CHILD_PATH bool is_open(int fd) noexcept {
    pollfd one{fd, POLLIN, 0};
    return posix::retry([&] { return ::poll(&one, 1, 0); }) == 0;
}

}  // namespace

// The signal-driven mode is that of the open pipe, whatever its number.
void posix::move_lifeline_above(int highest) {
    unique_handle moved(watched.load());
    move_above(moved, highest);
    watched = moved.release();
}

BROOD_CHILD_PATH void obey_lifeline(unique_handle lifeline, unique_handle) {
    const int fd = lifeline.get();
    if (::fcntl(fd, F_SETSIG, SIGKILL) == -1 || ::fcntl(fd, F_SETOWN, ::getpid()) == -1 ||
        ::fcntl(fd, F_SETFL, O_ASYNC | O_NONBLOCK) == -1)
        posix::throw_errno("watching the parent process");
    if (!is_open(fd)) ::kill(::getpid(), SIGKILL);  // it ended before the watch began
    watched = lifeline.release();                   // open until this process ends
}

bool lifeline_intact() noexcept {
    const int fd = watched.load();
    return fd != -1 && is_open(fd);
}

}  // namespace brood::platform
