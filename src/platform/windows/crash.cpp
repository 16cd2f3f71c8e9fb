// SPDX-License-Identifier: MIT
// Crashes end in the filter for exceptions that nobody handled; abort() and std::terminate in SIGABRT. A stack that
// overflowed may have no room left to get there: that is seen by a vectored handler.
#include "platform/windows/crash.hpp"

#include "platform/windows/stack_walk.hpp"

#include <brood/exit_status.hpp>

#include <atomic>
#include <csignal>
#include <cstddef>

namespace brood::platform {
namespace {

constexpr std::size_t deepest = 64;
constexpr int posix_abort = 6;

std::atomic<crash_sink> current_sink{nullptr};
std::atomic<LPTOP_LEVEL_EXCEPTION_FILTER> filter_before{nullptr};
std::atomic<bool> crashing{false};
std::atomic<bool> watching_overflows{false};

// One thread crashes at a time; a stack that overflowed has little room.
std::uintptr_t places[deepest];

void record(int signal, DWORD code, const CONTEXT& context) noexcept {
    if (crashing.exchange(true)) return;
    const auto count = windows::walk_stack(context, places);
    if (const auto sink = current_sink.load()) sink(signal, code, {places, count});
}

void record(const EXCEPTION_POINTERS& info) noexcept {
    const auto code = info.ExceptionRecord->ExceptionCode;
    record(exit_status::from_windows(code).signal(), code, *info.ContextRecord);
}

// ---- exceptions that nobody handled

// The C runtime's filter comes first: it serves the program's own handlers, and std::terminate for uncaught exceptions.
LONG WINAPI on_unhandled(EXCEPTION_POINTERS* info) noexcept {
    const auto before = filter_before.load();
    const LONG decision = before ? before(info) : EXCEPTION_CONTINUE_SEARCH;
    if (decision != EXCEPTION_CONTINUE_EXECUTION) record(*info);
    return decision;
}

// ---- stack overflow without room for handlers

// The system keeps room for handlers only on threads that asked for it (under Wine on none). Without it the thread
// would end in the middle of the search for a handler, and the process perhaps never.
constexpr std::ptrdiff_t room_for_handlers = 12 * 1024;

alignas(16) std::byte spare_stack[64 * 1024];
const EXCEPTION_POINTERS* overflow = nullptr;

[[noreturn]] void end_overflow() noexcept {
    record(*overflow);
    TerminateProcess(GetCurrentProcess(), overflow->ExceptionRecord->ExceptionCode);
    __builtin_unreachable();
}

[[noreturn]] void continue_on_spare_stack(void (*what)()) noexcept {
    // Below the call: the space that the calling convention gives the callee for its arguments.
    __asm__ volatile(
        "movq %0, %%rsp\n\t"
        "xorl %%ebp, %%ebp\n\t"
        "subq $32, %%rsp\n\t"
        "callq *%1"
        :
        : "r"(spare_stack + sizeof spare_stack), "r"(what)
        : "memory");
    __builtin_unreachable();
}

LONG CALLBACK on_overflow(EXCEPTION_POINTERS* info) noexcept {
    if (info->ExceptionRecord->ExceptionCode != EXCEPTION_STACK_OVERFLOW) return EXCEPTION_CONTINUE_SEARCH;
    const auto* here = static_cast<const char*>(__builtin_frame_address(0));
    const auto* limit = static_cast<const char*>(reinterpret_cast<const NT_TIB*>(NtCurrentTeb())->StackLimit);
    if (here - limit > room_for_handlers) return EXCEPTION_CONTINUE_SEARCH;
    overflow = info;
    continue_on_spare_stack(end_overflow);
}

// ---- abort

void on_abort(int) noexcept {
    CONTEXT context{};
    RtlCaptureContext(&context);
    record(posix_abort, 0, context);
    TerminateProcess(GetCurrentProcess(), windows::ended_by_signal + posix_abort);
}

// ---- setting up

void keep_room_for_handlers() noexcept {
    ULONG bytes = 32 * 1024;
    SetThreadStackGuarantee(&bytes);
}

}  // namespace

void windows::give_abort_its_code() noexcept {
    const auto handler = std::signal(SIGABRT, on_abort);
    if (handler != SIG_DFL && handler != SIG_ERR) std::signal(SIGABRT, handler);
}

void record_crashes(crash_sink sink) {
    current_sink.store(sink);
    // The program is looked at now: a sink that names it then needs no memory.
    module_of(reinterpret_cast<const void*>(&record_crashes));
    keep_room_for_handlers();
    const auto before = SetUnhandledExceptionFilter(on_unhandled);
    if (before != on_unhandled) filter_before.store(before);
    if (!watching_overflows.exchange(true)) AddVectoredExceptionHandler(0, on_overflow);
    windows::give_abort_its_code();
}

}  // namespace brood::platform
