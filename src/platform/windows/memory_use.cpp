// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"
#include "platform/windows/win32.hpp"

#include <psapi.h>

namespace brood::platform {

std::uint64_t memory_of_process(process_id pid) noexcept {
    const unique_handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)));
    PROCESS_MEMORY_COUNTERS counters{};
    if (!process || !GetProcessMemoryInfo(process.get(), &counters, sizeof counters)) return 0;
    return counters.WorkingSetSize;
}

}  // namespace brood::platform
