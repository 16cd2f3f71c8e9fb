// SPDX-License-Identifier: MIT
#pragma once

namespace brood::platform::windows {

// From here on abort() and std::terminate end this process with the code that means SIGABRT, unless the program
// handles SIGABRT itself, before or later. The C runtime alone would end it with code 3, as exit(3) does.
void give_abort_its_code() noexcept;

}  // namespace brood::platform::windows
