// SPDX-License-Identifier: MIT
// macOS: a session's memory has no name any more, and nobody can open another process's descriptors.
#include "platform/session_memory.hpp"

#include <libproc.h>
#include <system_error>

namespace brood::platform {

std::vector<unique_handle> find_session_memories() {
    throw std::system_error(std::make_error_code(std::errc::not_supported),
                            "looking at the sessions of other processes");
}

bool read_session_memory(handle_t, std::uint64_t, void*, std::size_t) noexcept { return false; }

std::string program_of(process_id pid) {
    char path[PROC_PIDPATHINFO_MAXSIZE];
    const int size = ::proc_pidpath(static_cast<int>(pid), path, sizeof path);
    return size > 0 ? std::string(path, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace brood::platform
