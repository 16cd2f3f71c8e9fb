// SPDX-License-Identifier: MIT
// The variable of the environment by which a child finds what its parent left open for it:
// "2:channel:lifeline:parent id:parent process:session memory or 0:note", handles in hexadecimal, the id in decimal
// digits.
#pragma once

#include "platform/windows/win32.hpp"

#include <string>
#include <string_view>

namespace brood::platform::windows {

inline constexpr const wchar_t* bootstrap_name = L"BROOD_CHILD";

// The value for a child of this process; the handles are those that the child will inherit.
std::string bootstrap_value(HANDLE channel, HANDLE lifeline, HANDLE parent_process, HANDLE memory,
                            std::string_view note);

}  // namespace brood::platform::windows
