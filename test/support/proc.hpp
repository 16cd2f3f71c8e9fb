// SPDX-License-Identifier: MIT
// What the system tells about processes under /proc (Linux).
#pragma once

#include <brood/error.hpp>

#include <cstddef>
#include <filesystem>
#include <map>
#include <vector>

namespace brood_test {

// Whether the system has a /proc to look at.
bool has_proc();
// The processes, dead ones that nobody waited for included, whose parent is `parent`. The fork server is left out.
std::vector<brood::process_id> children_of(brood::process_id parent);
// The descriptors of any process and what they lead to, without those that are closed meanwhile; empty when it has
// ended.
std::map<int, std::filesystem::path> descriptors_of(brood::process_id pid);
// What this process holds.
std::vector<int> open_descriptors();
std::size_t mappings();
std::size_t threads();

}  // namespace brood_test
