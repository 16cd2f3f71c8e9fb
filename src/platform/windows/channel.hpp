// SPDX-License-Identifier: MIT
#pragma once

#include "platform/windows/win32.hpp"

namespace brood::platform::windows {

// True when a read of the channel would not wait: there are bytes, or its end was reached.
bool channel_is_ready(HANDLE channel);

}  // namespace brood::platform::windows
