// SPDX-License-Identifier: MIT
// What a trace calls a function.
#pragma once

#include <brood/detail/target.hpp>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace brood::pools {

// A demangled name without parameters, return type and words that every name has: "f", "space::f", "main::lambda 1".
std::string short_name(std::string_view demangled);

// What names it in another process of the same build.
std::string portable_name(const detail::callee& what);

// The names of one pool's functions. Finding one may read debug information, once each. Any thread.
class function_names {
public:
    // It lasts as long as this.
    const std::string& of(const detail::callee& what);
    const std::string& of_portable(const std::string& name);

private:
    std::mutex mutex_;
    std::map<std::pair<const void*, const char*>, std::unique_ptr<const std::string>> known_;
    std::map<std::string, std::unique_ptr<const std::string>> portable_;
};

}  // namespace brood::pools
