// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"

#include <libproc.h>

namespace brood::platform {

std::uint64_t memory_of_process(process_id pid) noexcept {
    proc_taskinfo info{};
    if (::proc_pidinfo(static_cast<int>(pid), PROC_PIDTASKINFO, 0, &info, sizeof info) != sizeof info) return 0;
    return info.pti_resident_size;
}

}  // namespace brood::platform
