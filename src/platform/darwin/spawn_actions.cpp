// SPDX-License-Identifier: MIT
// macOS: POSIX_SPAWN_CLOEXEC_DEFAULT closes everything that no file action names, so nothing is left to close here.
#include "platform/posix/spawn.hpp"

#include <algorithm>

namespace brood::platform::posix {

void change_directory(file_actions& actions, const std::string& directory) {
    if (directory.empty()) return;
    if (int e = ::posix_spawn_file_actions_addchdir_np(actions.get(), directory.c_str()))
        throw_error(e, "preparing the working directory");
}

void close_all_others(file_actions&, const spawn_spec&, const landing&) {}

short system_spawn_flags() { return POSIX_SPAWN_CLOEXEC_DEFAULT; }

}  // namespace brood::platform::posix
