// SPDX-License-Identifier: MIT
#include "platform/posix/crash_context.hpp"

#include <sys/uio.h>
#include <ucontext.h>
#include <unistd.h>

namespace brood::platform {
namespace {

// Reads memory that may not be there: the kernel checks.
[[maybe_unused]] std::uintptr_t read_word(std::uintptr_t address) noexcept {
    std::uintptr_t word = 0;
    const iovec to{&word, sizeof word};
    const iovec from{reinterpret_cast<void*>(address), sizeof word};
    return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(sizeof word) ? word : 0;
}

[[maybe_unused]] std::uintptr_t before(std::uintptr_t return_address) noexcept {
    return return_address == 0 ? 0 : return_address - 1;
}

}  // namespace

crash_registers read_registers(const void* signal_context) noexcept {
    const auto& machine = static_cast<const ucontext_t*>(signal_context)->uc_mcontext;
#if defined(__x86_64__)
    const auto stack = static_cast<std::uintptr_t>(machine.gregs[REG_RSP]);
    return {static_cast<std::uintptr_t>(machine.gregs[REG_RIP]), before(read_word(stack))};
#elif defined(__i386__)
    const auto stack = static_cast<std::uintptr_t>(machine.gregs[REG_ESP]);
    return {static_cast<std::uintptr_t>(machine.gregs[REG_EIP]), before(read_word(stack))};
#elif defined(__aarch64__)
    return {static_cast<std::uintptr_t>(machine.pc), before(static_cast<std::uintptr_t>(machine.regs[30]))};
#else
    static_cast<void>(machine);
    return {};
#endif
}

}  // namespace brood::platform
