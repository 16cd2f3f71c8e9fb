// SPDX-License-Identifier: MIT
// main() gets its arguments in the code page of the system, which lacks most characters, and with patterns replaced by
// the names of files. The command line has what was really given.
#include "child.hpp"

#include <windows.h>

#include <shellapi.h>

namespace platform_test {

std::vector<std::string> given_arguments(int, char**) {
    int count = 0;
    wchar_t** const wide = CommandLineToArgvW(GetCommandLineW(), &count);
    std::vector<std::string> all;
    for (wchar_t** argument = wide; argument != wide + count; ++argument) {
        std::string text(
            static_cast<std::size_t>(WideCharToMultiByte(CP_UTF8, 0, *argument, -1, nullptr, 0, nullptr, nullptr)),
            '\0');
        WideCharToMultiByte(CP_UTF8, 0, *argument, -1, text.data(), static_cast<int>(text.size()), nullptr, nullptr);
        text.pop_back();
        all.push_back(text);
    }
    LocalFree(wide);
    return all;
}

// By looking at every value that the system gives to handles: GetProcessHandleCount() is always 0 under Wine.
std::size_t open_handles() {
    std::size_t count = 0;
    for (std::uintptr_t value = 4; value < 0x10000; value += 4) {
        DWORD flags = 0;
        count += GetHandleInformation(reinterpret_cast<HANDLE>(value), &flags) != 0;
    }
    return count;
}

// Wine takes the limit and forgets it.
bool memory_limits_hold() { return GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version") == nullptr; }

}  // namespace platform_test
