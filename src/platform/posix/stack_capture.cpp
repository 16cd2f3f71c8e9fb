// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"

#include <unwind.h>

namespace brood::platform {
namespace {

struct walk {
    std::span<std::uintptr_t> into;
    std::size_t skip;
    std::size_t count = 0;
};

_Unwind_Reason_Code visit(_Unwind_Context* context, void* data) noexcept {
    auto& walk_state = *static_cast<walk*>(data);
    int exact = 0;  // 1 for a frame that was interrupted, where the address is the instruction itself
    const auto address = static_cast<std::uintptr_t>(_Unwind_GetIPInfo(context, &exact));
    if (address == 0 || walk_state.count == walk_state.into.size()) return _URC_END_OF_STACK;
    if (walk_state.skip > 0) {
        --walk_state.skip;
    } else {
        walk_state.into[walk_state.count++] = exact ? address : address - 1;
    }
    return _URC_NO_REASON;
}

}  // namespace

[[gnu::noinline]] std::size_t capture_stack(std::span<std::uintptr_t> into, std::size_t skip) noexcept {
    walk state{into, skip + 1};
    _Unwind_Backtrace(visit, &state);
    return state.count;
}

}  // namespace brood::platform
