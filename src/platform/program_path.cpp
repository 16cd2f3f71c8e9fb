// SPDX-License-Identifier: MIT
#include "platform/platform.hpp"

#include <brood/native/terminal.hpp>

namespace brood::native {

std::string program_path() { return platform::executable_path(); }

}  // namespace brood::native
