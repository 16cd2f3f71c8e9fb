// SPDX-License-Identifier: MIT
// Paths of modules: the loader knows the program by no name and some libraries by a relative one.
#pragma once

#include "platform/platform.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace brood::platform {

// The path of the program, read when this library was loaded: later the file may have been replaced.
std::string_view program_name() noexcept;
// The name as given, or the absolute path if that was found out before.
std::string_view module_name(std::string_view name, std::uintptr_t bias) noexcept;
// The absolute path of the file that is mapped there, which module_name() knows from now on; the name that the view
// has when the system does not tell.
std::string absolute_module_name(const module_view& view);

}  // namespace brood::platform
