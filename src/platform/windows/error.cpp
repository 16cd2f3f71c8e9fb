// SPDX-License-Identifier: MIT
#include "platform/windows/win32.hpp"

#include <system_error>

namespace brood::platform::windows {

void throw_error(DWORD code, const char* what) {
    throw std::system_error(static_cast<int>(code), std::system_category(), what);
}

void throw_last_error(const char* what) { throw_error(GetLastError(), what); }

}  // namespace brood::platform::windows
