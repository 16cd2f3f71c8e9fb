// SPDX-License-Identifier: MIT
// What a signal handler reads from the context of the thread that it interrupted. Async-signal-safe.
#pragma once

#include <cstdint>

namespace brood::platform {

struct crash_registers {
    std::uintptr_t instruction = 0;   // the address that was to be executed
    std::uintptr_t return_place = 0;  // inside the call that led there, if it can be had: for calls of a null function
};
crash_registers read_registers(const void* signal_context) noexcept;

}  // namespace brood::platform
