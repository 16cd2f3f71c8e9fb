// SPDX-License-Identifier: MIT
// Crash signals: walk the stack, tell the sink, die of the same signal. Everything that runs in the handler is
// async-signal-safe: it allocates nothing and takes no lock.
#include "platform/platform.hpp"
#include "platform/posix/crash_context.hpp"

#include <setjmp.h>
#include <signal.h>
#include <unistd.h>
#include <unwind.h>

#include <algorithm>
#include <atomic>

namespace brood::platform {
namespace {

constexpr int crash_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
constexpr std::size_t deepest = 64;

std::atomic<crash_sink> current_sink{nullptr};
std::atomic<bool> crashing{false};

// The handler's own stack, for the thread that recorded: its usual stack may be what overflowed.
alignas(16) std::byte handler_stack[64 * 1024];

// ---- the stack of the crash

struct crash_walk {
    std::uintptr_t crashed_at;
    bool reached = false;  // the frames of the handler lie above the crashed one
    std::size_t count = 0;
    std::uintptr_t places[deepest];
};

// One thread crashes at a time; not on the handler's stack, which is small.
crash_walk current_walk;
sigjmp_buf walk_failed;
volatile sig_atomic_t walking = 0;
pthread_t walker;

_Unwind_Reason_Code visit(_Unwind_Context* context, void* data) noexcept {
    auto& walk = *static_cast<crash_walk*>(data);
    int exact = 0;
    const auto address = static_cast<std::uintptr_t>(_Unwind_GetIPInfo(context, &exact));
    if (address == walk.crashed_at && exact) walk.reached = true;
    if (!walk.reached) return _URC_NO_REASON;
    if (address == 0 || walk.count == deepest) return _URC_END_OF_STACK;
    walk.places[walk.count++] = exact ? address : address - 1;
    return _URC_NO_REASON;
}

// A damaged stack may crash the walk too: then what was found until there counts.
void walk_from(const crash_registers& registers) noexcept {
    current_walk.crashed_at = registers.instruction;
    current_walk.reached = false;
    current_walk.count = 0;
    if (sigsetjmp(walk_failed, 1) == 0) {
        walker = pthread_self();
        walking = 1;
        _Unwind_Backtrace(visit, &current_walk);
    }
    walking = 0;
}

// An instruction outside all code, such as a call of a null function, cannot be walked from: its caller is the guess.
void add_guess(const crash_registers& registers) noexcept {
    if (current_walk.count > 1) return;
    current_walk.places[0] = registers.instruction;
    current_walk.count = 1;
    const auto holder = view_module(reinterpret_cast<const void*>(registers.return_place));
    if (!holder || registers.return_place < holder->code_begin || registers.return_place >= holder->code_end) return;
    current_walk.places[current_walk.count++] = registers.return_place;
}

// ---- the handler

// Dies of the signal, by the kernel's own default action.
void die_of(int signal) noexcept {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    sigaction(signal, &standard, nullptr);
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    raise(signal);
    pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
}

void on_crash(int signal, siginfo_t*, void* context) noexcept {
    if (walking && pthread_equal(walker, pthread_self())) siglongjmp(walk_failed, 1);
    if (crashing.exchange(true)) {
        // Another thread's crash is being recorded, or the sink itself crashed.
        if (pthread_equal(walker, pthread_self())) die_of(signal);
        while (true) pause();
    }
    const auto registers = read_registers(context);
    walk_from(registers);
    add_guess(registers);
    if (const auto sink = current_sink.load()) sink(signal, 0, {current_walk.places, current_walk.count});
    die_of(signal);
}

// ---- setting up

// A thread that has such a stack already, by a sanitizer or the program, keeps it.
void give_handler_stack() noexcept {
    stack_t now{};
    if (sigaltstack(nullptr, &now) == 0 && !(now.ss_flags & SS_DISABLE)) return;
    stack_t ours{};
    ours.ss_sp = handler_stack;
    ours.ss_size = sizeof handler_stack;
    sigaltstack(&ours, nullptr);
}

void handle(int signal) noexcept {
    struct sigaction now {};
    if (sigaction(signal, nullptr, &now) != 0) return;
    if ((now.sa_flags & SA_SIGINFO) || now.sa_handler != SIG_DFL) return;
    struct sigaction ours {};
    ours.sa_sigaction = on_crash;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigemptyset(&ours.sa_mask);
    sigaction(signal, &ours, nullptr);
}

}  // namespace

void record_crashes(crash_sink sink) {
    current_sink.store(sink);
    crashing.store(false);
    give_handler_stack();
    // The first walk of a process may allocate: so it is done now. The same holds for a look at the program.
    std::uintptr_t place = 0;
    capture_stack({&place, 1}, 0);
    module_of(reinterpret_cast<const void*>(place));
    std::ranges::for_each(crash_signals, handle);
}

}  // namespace brood::platform
