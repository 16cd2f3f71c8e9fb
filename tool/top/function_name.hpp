// SPDX-License-Identifier: MIT
// What a task calls, for a reader.
#pragma once

#include <brood/native/activity.hpp>

#include <map>
#include <string>
#include <utility>

namespace tool {

// The name of the symbol at that place, mangled; empty when there is none, or nothing here that reads such files.
std::string symbol_at(const std::string& file, std::uint64_t offset);

// Looks each one up once.
class function_names {
public:
    // Empty when nothing is known.
    const std::string& of(const brood::native::activity_function& function);

private:
    std::map<std::pair<std::string, std::string>, std::string> known_;
};

}  // namespace tool
