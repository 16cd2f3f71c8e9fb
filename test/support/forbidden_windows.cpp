// SPDX-License-Identifier: MIT
#include "forbidden.hpp"

#include <cstdint>
#include <system_error>

#define WIN32_LEAN_AND_MEAN
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

namespace brood_test {

void forbid(void* begin, std::size_t size) {
    SYSTEM_INFO system{};
    ::GetSystemInfo(&system);
    const std::uintptr_t page = system.dwPageSize;
    const auto from = (reinterpret_cast<std::uintptr_t>(begin) + page - 1) / page * page;
    const auto to = (reinterpret_cast<std::uintptr_t>(begin) + size) / page * page;
    DWORD before = 0;
    if (::VirtualProtect(reinterpret_cast<void*>(from), to - from, PAGE_NOACCESS, &before) == 0)
        throw std::system_error(static_cast<int>(::GetLastError()), std::system_category(), "VirtualProtect");
}

void stay_where_forbidden() {
    constexpr ULONG first = 1;
    ::AddVectoredExceptionHandler(first, [](EXCEPTION_POINTERS* what) -> LONG {
        if (what->ExceptionRecord->ExceptionCode != EXCEPTION_ACCESS_VIOLATION) return EXCEPTION_CONTINUE_SEARCH;
        for (;;) ::Sleep(INFINITE);
    });
}

}  // namespace brood_test
