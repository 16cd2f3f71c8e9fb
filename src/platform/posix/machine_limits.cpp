// SPDX-License-Identifier: MIT
#include "platform/posix/machine_limits.hpp"

#include <sys/resource.h>

namespace brood::platform::posix {

void describe_limits(native::machine& into) noexcept {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        into.descriptors = limit.rlim_cur;
        into.descriptors_most = limit.rlim_max;
    }
    if (::getrlimit(RLIMIT_NPROC, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) into.user_processes = limit.rlim_cur;
}

}  // namespace brood::platform::posix
