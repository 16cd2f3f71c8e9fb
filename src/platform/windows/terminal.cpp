// SPDX-License-Identifier: MIT
#include <brood/native/terminal.hpp>

#include <windows.h>

namespace brood::native {

std::optional<unsigned> terminal_columns(stream which) {
    const HANDLE console = GetStdHandle(which == stream::out ? STD_OUTPUT_HANDLE : STD_ERROR_HANDLE);
    DWORD mode = 0;
    CONSOLE_SCREEN_BUFFER_INFO info{};
    if (!GetConsoleMode(console, &mode) || !GetConsoleScreenBufferInfo(console, &info)) return std::nullopt;
    constexpr DWORD escape_sequences = 0x0004;  // ENABLE_VIRTUAL_TERMINAL_PROCESSING, which older SDKs lack
    if (!SetConsoleMode(console, mode | escape_sequences) || !SetConsoleOutputCP(CP_UTF8)) return std::nullopt;
    return static_cast<unsigned>(info.srWindow.Right - info.srWindow.Left + 1);
}

}  // namespace brood::native
