// SPDX-License-Identifier: MIT
// macOS: functions by the symbol tables that the dynamic loader knows; files and lines would need the debug map.
#include "platform/platform.hpp"

#include <dlfcn.h>

namespace brood::platform {

stack_trace describe_address(std::uintptr_t address) {
    stack_frame frame;
    const auto* place = reinterpret_cast<const void*>(address);
    if (const auto holder = view_module(place)) {
        frame.module = holder->path;
        frame.offset = address - holder->base;
    }
    Dl_info info{};
    if (::dladdr(place, &info) != 0 && info.dli_sname != nullptr) frame.function = demangle(info.dli_sname);
    return {frame};
}

}  // namespace brood::platform
