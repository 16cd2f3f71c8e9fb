// SPDX-License-Identifier: MIT
// The address of a socket for processes of this machine.
#pragma once

#include <string>

#include <sys/socket.h>
#include <sys/un.h>

namespace brood::platform::posix {

struct local_name {
    sockaddr_un address{};
    socklen_t size = 0;
    std::string path;  // of the file that binding makes; empty when it makes none
};

// Throws ENAMETOOLONG for a path that sockets do not take.
local_name name_by_path(const std::string& path);
// The meaning of a name that is no absolute path; written once per system.
local_name name_by_word(const std::string& word);

}  // namespace brood::platform::posix
