// SPDX-License-Identifier: MIT
// macOS: a small thread reads from the lifeline, to which nothing is ever written, and ends the process at its end.
#include "platform/posix/fd.hpp"

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace brood::platform {
namespace {

constexpr std::size_t small_stack = 64 * 1024;
std::atomic<int> watched{-1};

void* watch(void*) {
    const helper_thread mark;
    const int fd = watched.load();
    char nothing = 0;
    posix::retry([&] { return ::read(fd, &nothing, 1); });
    if (fd == watched.load()) ::kill(::getpid(), SIGKILL);  // else it was moved, and another thread watches it
    return nullptr;
}

// All signals stay with the program's own threads.
void start_watching() {
    sigset_t all, before;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_attr_t attributes;
    ::pthread_attr_init(&attributes);
    ::pthread_attr_setstacksize(&attributes, small_stack);
    ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_t thread;
    const int error = ::pthread_create(&thread, &attributes, &watch, nullptr);
    ::pthread_attr_destroy(&attributes);
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    if (error != 0) posix::throw_error(error, "watching the parent process");
}

}  // namespace

// The old number stays open for the thread that reads from it.
void posix::move_lifeline_above(int highest) {
    const int old = watched.load();
    if (old > highest) return;
    const int moved = ::fcntl(old, F_DUPFD_CLOEXEC, highest + 1);
    if (moved == -1) throw_errno("fcntl(F_DUPFD_CLOEXEC)");
    watched = moved;
    start_watching();
}

void obey_lifeline(unique_handle lifeline, unique_handle) {
    watched = lifeline.release();  // open until this process ends
    start_watching();
}

bool lifeline_intact() noexcept {
    pollfd one{watched.load(), POLLIN, 0};
    return one.fd != -1 && posix::retry([&] { return ::poll(&one, 1, 0); }) == 0;
}

}  // namespace brood::platform
