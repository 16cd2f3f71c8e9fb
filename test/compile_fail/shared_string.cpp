// SPDX-License-Identifier: MIT
// expect: it is not trivially copyable, so its bytes are not its value: use plain members
// expect-g++: person::name \(std::
// expect-clang: person, .*"name".*basic_string
#include <brood/shared_array.hpp>

#include <string>

struct person {
    int age;
    std::string name;
};
brood::shared_array<person> people(3);
