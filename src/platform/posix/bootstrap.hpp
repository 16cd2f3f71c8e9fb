// SPDX-License-Identifier: MIT
// The variable by which a child is told where its channel and lifeline are.
#pragma once

#include <string>
#include <string_view>

namespace brood::platform::posix {

inline constexpr const char* bootstrap_variable = "BROOD_CHILD";

// "BROOD_CHILD=1:<channel>:<lifeline>:<parent pid>:0:<note>".
std::string bootstrap_entry(int channel, int lifeline, std::string_view note);

}  // namespace brood::platform::posix
