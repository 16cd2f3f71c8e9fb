// SPDX-License-Identifier: MIT
// Linux: a process is held by its pidfd, which becomes readable when it ends. Needs Linux 5.4.
#include "platform/posix/fd.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace brood::platform {
namespace posix {

unique_handle open_process(process_id pid) {
    const fork_exclusion until_marked;
    const long fd = ::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0);
    if (fd == -1) throw_errno("pidfd_open");
    return own(above_stdio(static_cast<int>(fd)));  // the kernel makes it close-on-exec
}

}  // namespace posix

std::pair<unique_handle, unique_handle> make_lifeline() {
    const fork_exclusion until_marked;
    int fds[2];
    if (::pipe2(fds, O_CLOEXEC) == -1) posix::throw_errno("pipe2");
    unique_handle first(fds[0]), second(fds[1]);
    auto read_end = posix::above_stdio(first.release());
    auto write_end = posix::above_stdio(second.release());
    return {posix::own(std::move(read_end)), posix::own(std::move(write_end))};
}

namespace {

constexpr auto pidfd_id = static_cast<idtype_t>(3);  // P_PIDFD, which older C libraries do not name

exit_status status_of(const siginfo_t& info) {
    if (info.si_code == CLD_EXITED) return exit_status::exited(info.si_status);
    return exit_status::signalled(info.si_status, info.si_code == CLD_DUMPED);
}

std::optional<exit_status> take_status(const child& process, int flags) {
    siginfo_t info{};
    const auto pidfd = static_cast<id_t>(process.process.get());
    if (posix::retry([&] { return ::waitid(pidfd_id, pidfd, &info, WEXITED | WNOHANG | flags); }) == -1) {
        if (errno == ECHILD) return exit_status::unknown();  // somebody else waited for every child of this process
        posix::throw_errno("waitid");
    }
    if (info.si_pid == 0) return std::nullopt;
    return status_of(info);
}

}  // namespace

std::optional<exit_status> reap(child& process, deadline until) {
    for (;;) {
        const waitable one{waitable::kind::process, process.process.get()};
        if (wait_many({&one, 1}, until).empty()) return std::nullopt;
        if (auto status = take_status(process, 0)) return status;
    }
}

std::optional<exit_status> peek_status(child& process) { return take_status(process, WNOWAIT); }

void send_request(const child& process, request what) {
    const int signal = what == request::interrupt ? SIGINT : what == request::terminate ? SIGTERM : SIGKILL;
    // By the handle, not the pid: a process that was reaped can never be mistaken for another.
    if (::syscall(SYS_pidfd_send_signal, process.process.get(), signal, nullptr, 0) == -1 && errno != ESRCH)
        posix::throw_errno("pidfd_send_signal");
}

}  // namespace brood::platform
