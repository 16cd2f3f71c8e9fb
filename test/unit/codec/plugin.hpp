// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace plugin {

// The path of a library that was built beside the tests, by the name of its source.
std::string path(const std::string& name);
// A copy in a new folder, which stays until the program ends.
std::string copy(const std::string& name, const std::string& as);
// A function of a library that is loaded from that path.
const void* function(const std::string& path, const char* name);

using int_function = int (*)(int);
inline int call(const void* address, int value) {
    return reinterpret_cast<int_function>(const_cast<void*>(address))(value);
}

}  // namespace plugin
