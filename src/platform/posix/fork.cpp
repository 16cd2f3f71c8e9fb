// SPDX-License-Identifier: MIT
// Forking a child that gets none of brood's own descriptors but those it is meant to have.
#include "base/child_path.hpp"
#include "platform/posix/fd.hpp"
#include "platform/posix/flush.hpp"
#include "platform/posix/helper_threads.hpp"

#include <csignal>
#include <tuple>
#include <unistd.h>

namespace brood::platform {
namespace {

// Where the system forgets children as they end, since SIGCHLD is ignored, one that ends at once could not be held any
// more. There it waits in the gate until it is held.
class fork_gate {
public:
    fork_gate() {
        struct sigaction now {};
        ::sigaction(SIGCHLD, nullptr, &now);
        if (now.sa_handler != SIG_IGN && (now.sa_flags & SA_NOCLDWAIT) == 0) return;
        std::tie(inner_, outer_) = make_lifeline();
        posix::disown(inner_.get());  // the child needs it; the outer end is closed by every fork
    }
    BROOD_CHILD_PATH void pass() noexcept {
        if (!inner_) return;
        outer_.release();
        char byte = 0;
        posix::retry([&] { return ::read(inner_.get(), &byte, 1); });
        inner_.reset();
    }
    void open() noexcept { outer_.reset(); }

private:
    unique_handle inner_, outer_;
};

}  // namespace

BROOD_CHILD_PATH child fork_process(std::span<const handle_t> keep) {
    posix::install_fork_handler();
    posix::flush_output();
    fork_gate gate;
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
        gate.pass();
        return result;
    }
    result.pid = pid;
    result.forked = true;
    spare.reset();
    result.process = posix::hold_child(pid);
    gate.open();
    return result;
}

BROOD_CHILD_PATH void leave_terminal_group() noexcept { ::setpgid(0, 0); }

void join_terminal_group(process_id relative) noexcept { ::setpgid(0, ::getpgid(static_cast<pid_t>(relative))); }

}  // namespace brood::platform
