// SPDX-License-Identifier: MIT
// Linux: how many processors this process gets, by each of the ways in which it can be limited.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace brood::platform {

// By affinity; never 0.
std::size_t processors_by_affinity();
// By the quota of the control groups, in processors; 0 when there is none.
double processor_quota();

// A control group that this process is in.
struct control_group {
    std::string folder;
    bool version_2 = true;
};
// Its own groups and all above them: of the hierarchy of version 2, and of that of version 1 that has `controller`.
std::vector<control_group> control_groups(const std::string& controller);

}  // namespace brood::platform
