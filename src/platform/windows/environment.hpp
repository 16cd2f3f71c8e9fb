// SPDX-License-Identifier: MIT
#pragma once

#include "platform/windows/win32.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace brood::platform::windows {

// The value of a variable of this process.
std::optional<std::string> get_variable(const wchar_t* name);
// Removes it for the system and for the C library, which keeps a copy of its own.
void unset_variable(const std::wstring& name);

// The block of variables for a new process: sorted as the system wants it, without those of the same name as one in
// `extra`, and with SystemRoot, without which parts of Windows (sockets, random numbers) do not work.
std::wstring environment_block(std::span<const std::string> variables, const std::vector<std::wstring>& extra);

}  // namespace brood::platform::windows
