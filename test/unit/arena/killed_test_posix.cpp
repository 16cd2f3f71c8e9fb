// SPDX-License-Identifier: MIT
// A process is killed after any number of instructions within the bookkeeping of shared memory. What it had is given
// back, and the others go on. The process is driven instruction by instruction (ptrace), so no window is missed by
// chance.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/robust_lock.hpp"
#include "arena/session.hpp"
#include "sanitizer.hpp"

#include <brood/fork_process.hpp>
#include <brood/process.hpp>

#include <doctest/doctest.h>

#include <csignal>
#include <cstring>
#include <functional>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace brood::arena;

namespace {

// Checked programs have tens of instructions for each of ours.
constexpr bool too_many_instructions = !brood_test::faults_are_recorded;

// Runs `work` in a child, of which only `steps` instructions are let happen. True when that was all of it.
bool killed_after(long steps, const std::function<void()>& work) {
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
    for (long i = 0; i < steps && !finished; ++i) {
        ::ptrace(PTRACE_SINGLESTEP, pid, nullptr, nullptr);
        if (::waitpid(pid, &status, 0) != pid) break;
        finished = WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP;
    }
    ::kill(pid, SIGKILL);
    child.join();
    return finished;
}

// Kills the work at every `stride`-th instruction until it gets through, and looks each time what is left.
void kill_everywhere(long stride, const std::function<void()>& work, const std::function<void()>& check) {
    long steps = 0;
    while (!killed_after(steps, work)) {
        CAPTURE(steps);
        check();
        steps += stride;
        REQUIRE(steps < 200'000);
    }
    CHECK(steps > 100);
}

// What must hold after any death: nothing of the dead one is left, and memory can be taken and given back.
class unharmed {
public:
    unharmed() {
        static_cast<void>(make_object(kind::bytes, 100, [](void*) {}));
        before_ = memory_in_use();
    }
    void operator()() const {
        CHECK(memory_in_use().blocks == before_.blocks);
        CHECK(memory_in_use().bytes == before_.bytes);
        CHECK(head().lock.load() == 0);
        const auto mine = make_object(kind::bytes, 100, [](void* bytes) { std::memset(bytes, 1, 100); });
        CHECK(head_of(mine->block()).references == 1);
    }

private:
    usage before_{};
};

}  // namespace

TEST_CASE("a process that is killed while it makes and frees an object leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    kill_everywhere(
        41, [] { static_cast<void>(make_object(kind::bytes, 300, [](void* bytes) { std::memset(bytes, 1, 300); })); },
        check);
}

TEST_CASE("a process that is killed while it makes a large object leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    kill_everywhere(
        89, [] { static_cast<void>(make_object(kind::bytes, 700'000, [](void*) {})); }, check);
}

TEST_CASE("a process that is killed while it takes a reference does not keep the object alive" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    auto object = make_object(kind::bytes, 200, [](void*) {});
    kill_everywhere(
        17, [&] { static_cast<void>(hold_object(object->block(), kind::bytes)); },
        [&] { CHECK(head_of(object->block()).references == 1); });
    object.reset();
    check();
}

TEST_CASE("a lock whose owner is killed at any instruction can be taken" * doctest::skip(too_many_instructions)) {
    const auto object = make_object(kind::bytes, 64, [](void* bytes) { std::memset(bytes, 0, 64); });
    auto& word = *static_cast<lock_word*>(object->bytes());
    long steps = 0;
    while (!killed_after(steps++, [&] {
        acquire(word);
        release(word);
    })) {
        acquire(word);
        release(word);
        REQUIRE(word.load() == 0);
    }
    CHECK(steps > 5);
}
