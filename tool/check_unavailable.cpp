// SPDX-License-Identifier: MIT
// Where there is no reader of ELF and DWARF.
#include "check/check.hpp"
#include "top/function_name.hpp"

#include <brood/config.hpp>

#include <iostream>

namespace tool {

int run_check(const check_options&) {
    std::cerr << "brood: check works on Linux, in a build with elfutils; this one is for " BROOD_SYSTEM
                 " (give check the Windows build there, with --windows).\n";
    return 2;
}

std::string symbol_at(const std::string&, std::uint64_t) { return {}; }

}  // namespace tool
