// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace brood::platform::windows {

// A name for a pipe that exists only until both ends are open. Another program could take it first if it could guess
// it.
std::wstring secret_pipe_name();

}  // namespace brood::platform::windows
