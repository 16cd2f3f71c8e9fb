// SPDX-License-Identifier: MIT
// The limits that POSIX sets to a process.
#pragma once

#include <brood/native/machine.hpp>

namespace brood::platform::posix {

// Fills in what getrlimit() tells.
void describe_limits(native::machine& into) noexcept;

}  // namespace brood::platform::posix
