// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

namespace brood::platform {

bool copy_to_process(const child& process, std::uint64_t remote_address, std::span<const std::byte> from) noexcept {
    SIZE_T done = 0;
    void* const to = reinterpret_cast<void*>(static_cast<std::uintptr_t>(remote_address));
    return from.empty() ||
           (WriteProcessMemory(process.process.get(), to, from.data(), from.size(), &done) && done == from.size());
}

bool copy_from_process(const child& process, std::uint64_t remote_address, std::span<std::byte> to) noexcept {
    SIZE_T done = 0;
    const void* const from = reinterpret_cast<const void*>(static_cast<std::uintptr_t>(remote_address));
    return to.empty() ||
           (ReadProcessMemory(process.process.get(), from, to.data(), to.size(), &done) && done == to.size());
}

// Windows uses large pages only for memory that was reserved for them.
void prepare_to_fill(void*, std::size_t) noexcept {}
bool supply_pages(void*, std::size_t) noexcept { return false; }

}  // namespace brood::platform
