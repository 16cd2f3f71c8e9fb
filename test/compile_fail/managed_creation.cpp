// SPDX-License-Identifier: MIT
// expect: the object cannot be constructed from these arguments
#include <brood/brood.hpp>

#include <string>

struct device {
    explicit device(int port);
};
void check(const brood::manager& m) { m.create<device>(std::string("port")); }
