// SPDX-License-Identifier: MIT
// The variable by which a child is told where its channel and lifeline are.
#pragma once

#include "platform/posix/spawn.hpp"

#include <string>
#include <string_view>

namespace brood::platform::posix {

inline constexpr const char* bootstrap_variable = "BROOD_CHILD";

// "BROOD_CHILD=3:<channel>:<lifeline>:<parent pid>:<session memory>:<way to the keeper>:<note>"; the lifeline again
// where there is no memory or no way.
std::string bootstrap_entry(const landing& at, std::string_view note);

}  // namespace brood::platform::posix
