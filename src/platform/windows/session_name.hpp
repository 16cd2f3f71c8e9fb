// SPDX-License-Identifier: MIT
// The name of the memory of a session that a process made.
#pragma once

#include "platform/windows/win32.hpp"

#include <cstdio>

namespace brood::platform::windows {

struct session_name {
    wchar_t text[48];
    explicit session_name(DWORD pid) {
        std::swprintf(text, std::size(text), L"Local\\brood-session-%lu", static_cast<unsigned long>(pid));
    }
};

}  // namespace brood::platform::windows
