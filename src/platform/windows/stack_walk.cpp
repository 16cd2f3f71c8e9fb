// SPDX-License-Identifier: MIT
#include "platform/windows/stack_walk.hpp"

#include <algorithm>

namespace brood::platform {
namespace windows {
namespace {

bool on_stack(DWORD64 address) noexcept {
    const auto* block = reinterpret_cast<const NT_TIB*>(NtCurrentTeb());
    const auto low = reinterpret_cast<DWORD64>(block->StackLimit);
    const auto high = reinterpret_cast<DWORD64>(block->StackBase);
    return address % sizeof(DWORD64) == 0 && address >= low && address + sizeof(DWORD64) <= high;
}

// To the caller of a function that has no unwind data: it only has its return address on the stack.
void leave_leaf(CONTEXT& context) noexcept {
    context.Rip = *reinterpret_cast<const DWORD64*>(context.Rsp);
    context.Rsp += sizeof(DWORD64);
}

bool step(CONTEXT& context, bool first) noexcept {
    if (!on_stack(context.Rsp)) return false;
    const DWORD64 before = context.Rsp;
    DWORD64 base = 0;
    auto* entry = RtlLookupFunctionEntry(first ? context.Rip : context.Rip - 1, &base, nullptr);
    if (!entry) {
        leave_leaf(context);
    } else {
        void* handler_data = nullptr;
        DWORD64 frame = 0;
        RtlVirtualUnwind(UNW_FLAG_NHANDLER, base, context.Rip, entry, &context, &handler_data, &frame, nullptr);
    }
    return context.Rip != 0 && context.Rsp > before;
}

}  // namespace

std::size_t walk_stack(CONTEXT context, std::span<std::uintptr_t> into) noexcept {
    std::size_t count = 0;
    while (count < into.size()) {
        into[count] = context.Rip - (count == 0 ? 0 : 1);
        ++count;
        if (!step(context, count == 1)) break;
    }
    return count;
}

}  // namespace windows

[[gnu::noinline]] std::size_t capture_stack(std::span<std::uintptr_t> into, std::size_t skip) noexcept {
    std::uintptr_t places[128];
    CONTEXT context{};
    RtlCaptureContext(&context);
    const auto all = std::span<const std::uintptr_t>(places, windows::walk_stack(context, places));
    const auto wanted = all.subspan(std::min(all.size(), skip + 1));
    const auto count = std::min(wanted.size(), into.size());
    std::ranges::copy(wanted.first(count), into.begin());
    return count;
}

}  // namespace brood::platform
