// SPDX-License-Identifier: MIT
#include "platform/windows/secret_name.hpp"

#include "platform/socket.hpp"

namespace brood::platform::windows {

std::wstring secret_pipe_name() {
    std::wstring name = L"\\\\.\\pipe\\brood-";
    for (const char byte : random_bytes(16)) {
        name += L"0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
        name += L"0123456789abcdef"[byte & 15];
    }
    return name;
}

}  // namespace brood::platform::windows
