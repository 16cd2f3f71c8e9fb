// SPDX-License-Identifier: MIT
// The private memory of a process: what it has committed for itself alone.
#include <brood/native/limits.hpp>

#include <windows.h>

#include <psapi.h>

namespace brood::native {

std::optional<std::uint64_t> private_bytes(process_id pid) {
    const DWORD id = pid == 0 ? GetCurrentProcessId() : static_cast<DWORD>(pid);
    const HANDLE process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, id);
    if (process == nullptr) return std::nullopt;
    PROCESS_MEMORY_COUNTERS counters{};
    const bool known = GetProcessMemoryInfo(process, &counters, sizeof counters) != 0;
    CloseHandle(process);
    // The committed private memory by its older name, which more systems fill in; none has none of it.
    if (!known || counters.PagefileUsage == 0) return std::nullopt;
    return counters.PagefileUsage;
}

}  // namespace brood::native
