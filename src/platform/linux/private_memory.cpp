// SPDX-License-Identifier: MIT
// The private memory of a process, from the kernel's own sum over its mappings.
#include <brood/native/limits.hpp>

#include <fstream>
#include <string>

namespace brood::native {

std::optional<std::uint64_t> private_bytes(process_id pid) {
    std::ifstream smaps("/proc/" + (pid == 0 ? std::string("self") : std::to_string(pid)) + "/smaps_rollup");
    std::optional<std::uint64_t> total;
    for (std::string line; std::getline(smaps, line);)
        for (const std::string key : {"Private_Dirty:", "SwapPss:"})
            if (line.starts_with(key)) total = total.value_or(0) + std::stoull(line.substr(key.size())) * 1024;
    return total;
}

}  // namespace brood::native
