// SPDX-License-Identifier: MIT
#include "plugin.hpp"

#include <filesystem>

#include <windows.h>

namespace plugin {

// As the loader will name it: absolute, with the system's own separators.
std::string path(const std::string& name) {
    const std::filesystem::path built(std::string(BROOD_TEST_PLUGIN_DIR) + "/" + name + ".dll");
    return std::filesystem::absolute(built).make_preferred().string();
}

const void* function(const std::string& path, const char* name) {
    const HMODULE library = GetModuleHandleA(path.c_str());
    return library ? reinterpret_cast<const void*>(GetProcAddress(library, name)) : nullptr;
}

}  // namespace plugin
