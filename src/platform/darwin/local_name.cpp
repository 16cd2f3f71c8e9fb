// SPDX-License-Identifier: MIT
// macOS has no names without a file: a socket in the folder for temporary files, which every user has to himself.
#include "platform/posix/local_name.hpp"

#include <algorithm>
#include <climits>
#include <unistd.h>

namespace brood::platform::posix {

local_name name_by_word(const std::string& word) {
    char folder[PATH_MAX];
    const std::size_t size = ::confstr(_CS_DARWIN_USER_TEMP_DIR, folder, sizeof folder);
    std::string file = word;
    std::replace(file.begin(), file.end(), '/', '_');
    return name_by_path((size > 0 && size <= sizeof folder ? std::string(folder) : "/tmp/") + "brood-" + file);
}

}  // namespace brood::platform::posix
