// SPDX-License-Identifier: MIT
// Linux: names without a file, the abstract sockets. They go with the last descriptor.
#include "platform/posix/local_name.hpp"
#include "platform/posix/fd.hpp"

#include <cstddef>
#include <cstring>

namespace brood::platform::posix {

local_name name_by_word(const std::string& word) {
    local_name made;
    if (word.size() >= sizeof made.address.sun_path) throw_error(ENAMETOOLONG, "a name for a local socket");
    made.address.sun_family = AF_UNIX;
    std::memcpy(made.address.sun_path + 1, word.data(), word.size());
    made.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + word.size());
    return made;
}

}  // namespace brood::platform::posix
