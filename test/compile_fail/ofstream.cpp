// SPDX-License-Identifier: MIT
// expect: an open file or stream stays in its process: send the path and open it where it is used
// expect: or use brood::file or brood::recreate
// expect-g++: my_class::in\.logs\[\]\.value \(std::basic_ofstream<char>\)
// expect-clang: my_class, .*"in".*"logs".*\[\].*"\.value".*basic_ofstream<char>
#include <brood/serialization.hpp>

#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

struct inner {
    std::vector<std::optional<std::ofstream>> logs;
};
struct my_class {
    std::string name;
    inner in;
};
void check() { brood::detail::require_serializable<my_class>(); }
