// SPDX-License-Identifier: MIT
// Sees each throw of GCC's runtime, which raises a structured exception of its own before it unwinds, by a vectored
// handler: no option of the link is needed, and throws of every module are seen.
#include "platform/windows/stack_walk.hpp"

#include <unwind.h>

#include <algorithm>
#include <atomic>
#include <cstring>

extern "C" void __cxa_throw(void*, void*, void (*)(void*));

namespace brood::platform {
namespace {

constexpr DWORD gcc_throw = 0x20474343;
constexpr std::size_t deepest = 80;

std::atomic<throw_observer> current_observer{nullptr};
std::atomic<bool> installed{false};

// The C++ runtime's own class names end in 0; those of std::rethrow_exception in 1, those of other languages differ.
constexpr _Unwind_Exception_Class thrown_here = 0x474E5543432B2B00;  // "GNUCC++" and 0

// `throw;` raises the same object again. The C++ ABI puts the number of its active handlers 40 bytes before the part
// that the unwinder knows: negative for an exception that is thrown again, 0 for a new one.
bool thrown_again(const _Unwind_Exception& exception) noexcept {
    int handlers = 0;
    std::memcpy(&handlers, reinterpret_cast<const char*>(&exception) - 40, sizeof handlers);
    return handlers != 0;
}

// The places of the function that begins at `function` and what it called are dropped.
std::span<const std::uintptr_t> callers_of(std::span<const std::uintptr_t> stack, const void* function) noexcept {
    DWORD64 base = 0;
    const auto* entry = RtlLookupFunctionEntry(reinterpret_cast<DWORD64>(function), &base, nullptr);
    if (!entry) return stack;
    for (std::size_t i = 0; i < stack.size(); ++i) {
        if (stack[i] - base >= entry->BeginAddress && stack[i] - base < entry->EndAddress) return stack.subspan(i + 1);
    }
    return stack;
}

LONG CALLBACK on_exception(EXCEPTION_POINTERS* info) noexcept {
    const auto& record = *info->ExceptionRecord;
    const auto observer = current_observer.load(std::memory_order_acquire);
    if (!observer || record.ExceptionCode != gcc_throw || record.NumberParameters < 1) return EXCEPTION_CONTINUE_SEARCH;
    const auto* exception = reinterpret_cast<const _Unwind_Exception*>(record.ExceptionInformation[0]);
    if (exception->exception_class != thrown_here || thrown_again(*exception)) return EXCEPTION_CONTINUE_SEARCH;
    std::uintptr_t places[deepest];
    const auto count = windows::walk_stack(*info->ContextRecord, places);
    // The thrown object lies behind what the unwinder knows of it.
    observer(exception + 1, callers_of({places, count}, reinterpret_cast<const void*>(&__cxa_throw)));
    return EXCEPTION_CONTINUE_SEARCH;
}

}  // namespace

void observe_throws(throw_observer observer) noexcept {
    current_observer.store(observer, std::memory_order_release);
    if (observer && !installed.exchange(true)) AddVectoredExceptionHandler(1, on_exception);
}

}  // namespace brood::platform
