// SPDX-License-Identifier: MIT
// Crashes end in the filter for exceptions that nobody handled; abort() and std::terminate in SIGABRT.
#include "platform/windows/stack_walk.hpp"

#include <brood/exit_status.hpp>

#include <atomic>
#include <csignal>

namespace brood::platform {
namespace {

constexpr std::size_t deepest = 64;
constexpr int posix_abort = 6;

std::atomic<crash_sink> current_sink{nullptr};
std::atomic<LPTOP_LEVEL_EXCEPTION_FILTER> filter_before{nullptr};
std::atomic<bool> crashing{false};

// One thread crashes at a time; a stack that overflowed has little room.
std::uintptr_t places[deepest];

void record(int signal, DWORD code, const CONTEXT& context) noexcept {
    if (crashing.exchange(true)) return;
    const auto count = windows::walk_stack(context, places);
    if (const auto sink = current_sink.load()) sink(signal, code, {places, count});
}

// The C runtime's filter comes first: it serves the program's own handlers, and std::terminate for uncaught exceptions.
LONG WINAPI on_unhandled(EXCEPTION_POINTERS* info) noexcept {
    const auto before = filter_before.load();
    const LONG decision = before ? before(info) : EXCEPTION_CONTINUE_SEARCH;
    if (decision == EXCEPTION_CONTINUE_EXECUTION) return decision;
    const auto code = info->ExceptionRecord->ExceptionCode;
    record(exit_status::from_windows(code).signal(), code, *info->ContextRecord);
    return decision;
}

// Without this the C runtime would end the process with code 3, as exit(3) does.
void on_abort(int) noexcept {
    CONTEXT context{};
    RtlCaptureContext(&context);
    record(posix_abort, 0, context);
    TerminateProcess(GetCurrentProcess(), windows::ended_by_signal + posix_abort);
}

// What the filter needs when the stack of this thread is what overflowed.
void keep_stack_for_filter() noexcept {
    ULONG bytes = 32 * 1024;
    SetThreadStackGuarantee(&bytes);
}

}  // namespace

void record_crashes(crash_sink sink) {
    current_sink.store(sink);
    keep_stack_for_filter();
    const auto before = SetUnhandledExceptionFilter(on_unhandled);
    if (before != on_unhandled) filter_before.store(before);
    if (const auto handler = std::signal(SIGABRT, on_abort); handler != SIG_DFL && handler != SIG_ERR) {
        std::signal(SIGABRT, handler);
    }
}

}  // namespace brood::platform
