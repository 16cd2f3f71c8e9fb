// SPDX-License-Identifier: MIT
#pragma once

#include "platform/windows/win32.hpp"

#include <span>
#include <string>

namespace brood::platform::windows {

// One line from which the C library of the child makes the same arguments again. Throws ERROR_FILENAME_EXCED_RANGE when
// it is longer than a process can be given.
std::wstring command_line(std::span<const std::string> arguments);

}  // namespace brood::platform::windows
