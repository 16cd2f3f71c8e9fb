// SPDX-License-Identifier: MIT
// A signal that a system call raises beside its error (SIGPIPE, SIGXFSZ) would end the program: it is held back on this
// thread for as long as the call, and taken away if the call raised it.
#pragma once

#include <csignal>

namespace brood::platform::posix {

class held_signal {
public:
    explicit held_signal(int signal) noexcept {
        sigemptyset(&held_);
        sigaddset(&held_, signal);
        number_ = signal;
        if (is_pending()) return;  // somebody else's: it stays
        active_ = ::pthread_sigmask(SIG_BLOCK, &held_, &before_) == 0;
    }
    ~held_signal() {
        if (!active_) return;
        int taken = 0;
        if (is_pending()) ::sigwait(&held_, &taken);
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    held_signal(const held_signal&) = delete;
    held_signal& operator=(const held_signal&) = delete;

private:
    bool is_pending() const noexcept {
        sigset_t pending;
        return ::sigpending(&pending) == 0 && sigismember(&pending, number_) == 1;
    }
    sigset_t held_{}, before_{};
    int number_ = 0;
    bool active_ = false;
};

}  // namespace brood::platform::posix
