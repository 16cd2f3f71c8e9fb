// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

namespace brood::platform {

using namespace windows;

handle_t standard_stream(int number) noexcept {
    const HANDLE stream = GetStdHandle(STD_INPUT_HANDLE - static_cast<DWORD>(number));  // they count downwards
    return is_open(stream) ? stream : no_handle();
}

std::string stream_identity(int number) {
    const HANDLE stream = standard_stream(number);
    if (stream == no_handle()) return "closed";
    std::string identity = std::to_string(reinterpret_cast<std::uintptr_t>(stream));
    // Pipes and consoles have no such number; a handle of another one has another value unless the first was closed.
    if (BY_HANDLE_FILE_INFORMATION file{}; GetFileInformationByHandle(stream, &file))
        for (const DWORD part : {file.dwVolumeSerialNumber, file.nFileIndexHigh, file.nFileIndexLow})
            identity += ":" + std::to_string(part);
    return identity;
}

}  // namespace brood::platform
