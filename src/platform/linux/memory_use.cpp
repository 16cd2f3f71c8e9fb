// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"
#include "platform/posix/fd.hpp"

#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

namespace brood::platform {

// The second number of statm is in pages.
std::uint64_t memory_of_process(process_id pid) noexcept {
    char text[256];
    std::snprintf(text, sizeof text, "/proc/%lld/statm", static_cast<long long>(pid));
    const unique_handle file(::open(text, O_RDONLY | O_CLOEXEC));
    const auto size = file ? posix::retry([&] { return ::read(file.get(), text, sizeof text - 1); }) : -1;
    if (size <= 0) return 0;
    text[size] = '\0';
    char* rest = nullptr;
    std::strtoull(text, &rest, 10);
    return std::strtoull(rest, nullptr, 10) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace brood::platform
