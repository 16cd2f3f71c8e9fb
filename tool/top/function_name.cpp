// SPDX-License-Identifier: MIT
#include "top/function_name.hpp"

#include "layout.hpp"

#include <boost/core/demangle.hpp>

#include <string_view>

namespace tool {
namespace {

std::string readable(const std::string& mangled) {
    std::string name = boost::core::demangle(mangled.c_str());
    constexpr std::string_view everywhere = "(anonymous namespace)::";
    for (auto at = name.find(everywhere); at != name.npos; at = name.find(everywhere, at))
        name.erase(at, everywhere.size());
    return name;
}

std::string describe(const brood::native::activity_function& function) {
    if (!function.module.empty()) {
        if (const auto symbol = symbol_at(function.module, function.offset); !symbol.empty()) return readable(symbol);
        return "function " + std::to_string(function.offset) + " of " + to_utf8(from_utf8(function.module).filename());
    }
    return function.type.empty() ? "" : readable(function.type);
}

}  // namespace

const std::string& function_names::of(const brood::native::activity_function& function) {
    const std::pair key{function.type, function.module + '\n' + std::to_string(function.offset)};
    const auto known = known_.find(key);
    return known != known_.end() ? known->second : known_.emplace(key, describe(function)).first->second;
}

}  // namespace tool
