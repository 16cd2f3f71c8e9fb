// SPDX-License-Identifier: MIT
// The private memory of a process, as the kernel accounts it to the process.
#include <brood/native/limits.hpp>

#include <libproc.h>
#include <sys/resource.h>
#include <unistd.h>

namespace brood::native {

std::optional<std::uint64_t> private_bytes(process_id pid) {
    rusage_info_v0 info{};
    const int id = pid == 0 ? getpid() : static_cast<int>(pid);
    if (proc_pid_rusage(id, RUSAGE_INFO_V0, reinterpret_cast<rusage_info_t*>(&info)) != 0) return std::nullopt;
    return info.ri_phys_footprint;
}

}  // namespace brood::native
