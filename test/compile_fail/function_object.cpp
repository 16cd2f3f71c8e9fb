// SPDX-License-Identifier: MIT
// expect: it hides what it calls: pass a function, a lambda without captures or a struct with operator\(\)
// expect-g++: task::run \(std::function<void\(\)>\)
// expect-clang: task, .*"run".*std::function<void \(\)>
#include <brood/serialization.hpp>

#include <functional>
#include <string>

struct task {
    std::string name;
    std::function<void()> run;
};
void check() { brood::detail::require_serializable<task>(); }
