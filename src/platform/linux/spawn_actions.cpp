// SPDX-License-Identifier: MIT
// Linux: the child closes everything above the landing in one call, and the gaps below it one by one.
#include "platform/posix/spawn.hpp"

#include <algorithm>

namespace brood::platform::posix {

void change_directory(file_actions& actions, const std::string& directory) {
    if (directory.empty()) return;
    if (int e = ::posix_spawn_file_actions_addchdir_np(actions.get(), directory.c_str()))
        throw_error(e, "preparing the working directory");
}

void close_all_others(file_actions& actions, const spawn_spec& spec, const landing& at) {
    for (int fd = 3; fd < at.channel; ++fd)
        if (std::find(spec.inherit.begin(), spec.inherit.end(), fd) == spec.inherit.end()) actions.close(fd);
    if (int e = ::posix_spawn_file_actions_addclosefrom_np(actions.get(), at.highest() + 1))
        throw_error(e, "preparing descriptors");
}

short system_spawn_flags() { return 0; }

}  // namespace brood::platform::posix
