// SPDX-License-Identifier: MIT
// macOS: a process is held by a kqueue of its own that has one event, the end of the process; a kqueue is a descriptor
// that poll() knows. The event stays ready once it has come, since nobody takes it out.
#include "platform/posix/fd.hpp"

#include <csignal>
#include <fcntl.h>
#include <sys/event.h>
#include <sys/wait.h>
#include <unistd.h>

namespace brood::platform {
namespace posix {

unique_handle open_process(process_id pid) {
    const fork_exclusion until_marked;
    auto queue = above_stdio(::kqueue());
    if (!queue) throw_errno("kqueue");
    ::fcntl(queue.get(), F_SETFD, FD_CLOEXEC);
    struct kevent end {};
    EV_SET(&end, static_cast<uintptr_t>(pid), EVFILT_PROC, EV_ADD, NOTE_EXIT, 0, nullptr);
    if (::kevent(queue.get(), &end, 1, nullptr, 0, nullptr) == 0) return own(std::move(queue));
    if (errno != ESRCH) throw_errno("kevent");
    // It has ended already: an event that is ready from the start takes the place of that of its end.
    EV_SET(&end, 0, EVFILT_USER, EV_ADD, NOTE_TRIGGER, 0, nullptr);
    if (::kevent(queue.get(), &end, 1, nullptr, 0, nullptr) == -1) throw_errno("kevent");
    return own(std::move(queue));
}

}  // namespace posix

std::pair<unique_handle, unique_handle> make_lifeline() {
    const fork_exclusion until_marked;
    int fds[2];
    if (::pipe(fds) == -1) posix::throw_errno("pipe");
    unique_handle first(fds[0]), second(fds[1]);
    auto read_end = posix::above_stdio(first.release());
    auto write_end = posix::above_stdio(second.release());
    ::fcntl(read_end.get(), F_SETFD, FD_CLOEXEC);
    ::fcntl(write_end.get(), F_SETFD, FD_CLOEXEC);
    return {posix::own(std::move(read_end)), posix::own(std::move(write_end))};
}

namespace {

exit_status status_of(int status) {
    if (WIFEXITED(status)) return exit_status::exited(WEXITSTATUS(status));
    return exit_status::signalled(WTERMSIG(status), WCOREDUMP(status) != 0);
}

}  // namespace

std::optional<exit_status> reap(child& process, deadline until) {
    for (;;) {
        const waitable one{waitable::kind::process, process.process.get()};
        if (wait_many({&one, 1}, until).empty()) return std::nullopt;
        int status = 0;
        const auto pid = static_cast<pid_t>(process.pid);
        // The event comes a moment before the status can be taken, so this one waits.
        if (posix::retry([&] { return ::waitpid(pid, &status, 0); }) == pid) return status_of(status);
        if (errno == ECHILD) return exit_status::unknown();  // somebody else waited for every child of this process
        posix::throw_errno("waitpid");
    }
}

std::optional<exit_status> peek_status(child& process) {
    siginfo_t info{};
    const auto pid = static_cast<id_t>(process.pid);
    if (posix::retry([&] { return ::waitid(P_PID, pid, &info, WEXITED | WNOHANG | WNOWAIT); }) == -1) {
        if (errno == ECHILD) return exit_status::unknown();
        posix::throw_errno("waitid");
    }
    if (info.si_pid == 0) return std::nullopt;
    if (info.si_code == CLD_EXITED) return exit_status::exited(info.si_status);
    return exit_status::signalled(info.si_status, info.si_code == CLD_DUMPED);
}

// There is no signalling by handle here. Callers ask only for children that were not reaped, whose pids are their own.
void send_request(const child& process, request what) {
    const int signal = what == request::interrupt ? SIGINT : what == request::terminate ? SIGTERM : SIGKILL;
    if (::kill(static_cast<pid_t>(process.pid), signal) == -1 && errno != ESRCH) posix::throw_errno("kill");
}

}  // namespace brood::platform
