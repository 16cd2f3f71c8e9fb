// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

namespace brood::platform {

handle_t standard_stream(int number) noexcept {
    const HANDLE handle = GetStdHandle(STD_INPUT_HANDLE - static_cast<DWORD>(number));  // they count downwards
    return handle == INVALID_HANDLE_VALUE ? no_handle() : handle;
}

// A redirected stream has another handle.
std::string stream_identity(int number) {
    return std::to_string(reinterpret_cast<std::uintptr_t>(standard_stream(number)));
}

}  // namespace brood::platform
