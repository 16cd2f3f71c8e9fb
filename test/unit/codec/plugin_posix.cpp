// SPDX-License-Identifier: MIT
#include "plugin.hpp"

#include <dlfcn.h>

namespace plugin {

std::string path(const std::string& name) { return std::string(BROOD_TEST_PLUGIN_DIR) + "/" + name + ".so"; }

const void* function(const std::string& path, const char* name) {
    return dlsym(dlopen(path.c_str(), RTLD_NOW | RTLD_NOLOAD), name);
}

}  // namespace plugin
