// SPDX-License-Identifier: MIT
#include "platform/posix/crash_context.hpp"

#include <mach/mach.h>
#include <sys/ucontext.h>

namespace brood::platform {
namespace {

// Reads memory that may not be there: the kernel checks.
[[maybe_unused]] std::uintptr_t read_word(std::uintptr_t address) noexcept {
    std::uintptr_t word = 0;
    vm_size_t size = 0;
    const auto result =
        vm_read_overwrite(mach_task_self(), address, sizeof word, reinterpret_cast<vm_address_t>(&word), &size);
    return result == KERN_SUCCESS && size == sizeof word ? word : 0;
}

std::uintptr_t before(std::uintptr_t return_address) noexcept { return return_address == 0 ? 0 : return_address - 1; }

}  // namespace

crash_registers read_registers(const void* signal_context) noexcept {
    const auto& state = static_cast<const ucontext_t*>(signal_context)->uc_mcontext->__ss;
#if defined(__x86_64__)
    return {static_cast<std::uintptr_t>(state.__rip), before(read_word(state.__rsp))};
#else
    return {static_cast<std::uintptr_t>(__darwin_arm_thread_state64_get_pc(state)),
            before(static_cast<std::uintptr_t>(__darwin_arm_thread_state64_get_lr(state)))};
#endif
}

}  // namespace brood::platform
