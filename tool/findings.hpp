// SPDX-License-Identifier: MIT
// What the doctor found out, each with a sentence of advice.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tool {

enum class health : std::uint8_t { good, notice, trouble };

struct finding {
    std::string group;  // the heading that it stands under
    std::string name;   // stays the same from version to version, for scripts
    health state = health::good;
    std::string text;                        // what is so
    std::string advice;                      // what that means, or what to do
    nlohmann::ordered_json value = nullptr;  // the same as `text` for a program
};

// What the system says about itself.
std::vector<finding> look_at_machine();
// What a child, a shared object and a death do here: tried out, within seconds.
std::vector<finding> try_out_processes();
// What the tool itself is made of.
std::vector<finding> look_at_build();

}  // namespace tool
