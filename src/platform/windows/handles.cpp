// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

namespace brood::platform {

handle_t no_handle() noexcept { return nullptr; }

void close_handle(handle_t handle) noexcept {
    if (handle != nullptr && handle != INVALID_HANDLE_VALUE) CloseHandle(handle);
}

unique_handle duplicate_handle(handle_t handle) {
    HANDLE copy = nullptr;
    if (!DuplicateHandle(GetCurrentProcess(), handle, GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
        windows::throw_last_error("DuplicateHandle");
    return unique_handle(copy);
}

namespace windows {

unique_handle open_null_device() {
    const HANDLE device = CreateFileW(L"NUL", GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                      OPEN_EXISTING, 0, nullptr);
    if (device == INVALID_HANDLE_VALUE) throw_last_error("CreateFileW of the null device");
    return unique_handle(device);
}

bool is_open(HANDLE handle) noexcept {
    DWORD flags = 0;
    return handle != nullptr && handle != INVALID_HANDLE_VALUE && GetHandleInformation(handle, &flags);
}

unique_handle make_event(bool manual_reset) {
    unique_handle event(CreateEventW(nullptr, manual_reset, FALSE, nullptr));
    if (!event) throw_last_error("CreateEventW");
    return event;
}

}  // namespace windows

fork_exclusion::fork_exclusion() noexcept = default;
fork_exclusion::~fork_exclusion() = default;

}  // namespace brood::platform
