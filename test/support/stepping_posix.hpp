// SPDX-License-Identifier: MIT
// A process that is driven instruction by instruction (ptrace), and killed after any number of them.
#pragma once

#include "sanitizer.hpp"

#include <brood/fork_process.hpp>
#include <brood/process.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace brood_test {

// Checked programs have tens of instructions for each of ours.
inline constexpr bool too_many_instructions = !faults_are_recorded;

struct stepped {
    long steps;
    bool finished;
};

// Runs `work` in a child, of which at most so many instructions are let happen.
inline stepped step_through(long most, const std::function<void()>& work) {
    brood::fork_process child([&] {
        if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) == -1) std::_Exit(77);
        ::raise(SIGSTOP);
        work();
        ::raise(SIGSTOP);
        std::_Exit(0);
    });
    child.start();
    const auto pid = static_cast<pid_t>(child.pid());
    int status = 0;
    REQUIRE(::waitpid(pid, &status, WUNTRACED) == pid);
    REQUIRE_MESSAGE(WIFSTOPPED(status), "this system does not let a process trace its child");
    bool finished = false;
    long steps = 0;
    for (; steps < most && !finished; ++steps) {
        ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr);
        if (::waitpid(pid, &status, 0) != pid) break;
        finished = WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
    }
    ::kill(pid, SIGKILL);
    child.join();
    return {steps, finished};
}

// True when so many instructions were all of it.
inline bool killed_after(long steps, const std::function<void()>& work) { return step_through(steps, work).finished; }

// Kills the work at every `stride`-th instruction until it gets through, and looks each time what is left.
inline void kill_everywhere(long stride, const std::function<void()>& work, const std::function<void()>& check) {
    long steps = 0;
    while (!killed_after(steps, work)) {
        CAPTURE(steps);
        check();
        steps += stride;
        REQUIRE(steps < 200'000);
    }
    CHECK(steps > 100);
}

}  // namespace brood_test
