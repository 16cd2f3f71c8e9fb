// SPDX-License-Identifier: MIT
// Windows: a session's memory bears the number of the process that made it.
#include "platform/session_memory.hpp"
#include "platform/windows/session_name.hpp"
#include "platform/windows/win32.hpp"

#include <algorithm>
#include <memory>
#include <psapi.h>

namespace brood::platform {

using namespace windows;

namespace {

std::vector<DWORD> all_processes() {
    std::vector<DWORD> pids(1024);
    for (;;) {
        DWORD size = 0;
        const auto room = static_cast<DWORD>(pids.size() * sizeof(DWORD));
        if (K32EnumProcesses(pids.data(), room, &size) == 0) return {};
        if (size < room) {
            pids.resize(size / sizeof(DWORD));
            return pids;
        }
        pids.resize(2 * pids.size());
    }
}

struct unmap {
    void operator()(void* view) const noexcept { UnmapViewOfFile(view); }
};

}  // namespace

std::vector<unique_handle> find_session_memories() {
    std::vector<unique_handle> found;
    for (const DWORD pid : all_processes())
        if (HANDLE memory = OpenFileMappingW(FILE_MAP_READ, FALSE, session_name(pid).text)) found.emplace_back(memory);
    return found;
}

// A view of parts that nobody has used faults: the system copies, and says so instead.
bool read_session_memory(handle_t memory, std::uint64_t offset, void* into, std::size_t size) noexcept {
    constexpr std::uint64_t step = 64 << 10;  // views begin at multiples of it
    const std::uint64_t begin = offset / step * step;
    const std::size_t before = static_cast<std::size_t>(offset - begin);
    const std::unique_ptr<void, unmap> view(MapViewOfFile(memory, FILE_MAP_READ, static_cast<DWORD>(begin >> 32),
                                                          static_cast<DWORD>(begin), before + size));
    SIZE_T read = 0;
    return view &&
           ReadProcessMemory(GetCurrentProcess(), static_cast<const char*>(view.get()) + before, into, size, &read) !=
               0 &&
           read == size;
}

std::string program_of(process_id pid) {
    const unique_handle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(pid)));
    wchar_t path[4096];
    DWORD size = std::size(path);
    if (!process || QueryFullProcessImageNameW(process.get(), 0, path, &size) == 0) return {};
    return narrow({path, size});
}

}  // namespace brood::platform
