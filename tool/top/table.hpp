// SPDX-License-Identifier: MIT
// Two looks at the sessions, and what they say together.
#pragma once

#include "style.hpp"
#include "top/function_name.hpp"

#include <brood/native/activity.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace tool {

struct look_at {
    std::vector<brood::native::session_activity> sessions;
    std::chrono::steady_clock::time_point when;
};

// Rates between two looks.
class progress {
public:
    progress(const look_at& before, const look_at& now);
    // Tasks and elements of maps each second. 0 for who was not there before.
    double rate_of(brood::process_id worker) const;
    double rate_of(const brood::native::pool_activity& pool) const;

private:
    std::map<brood::process_id, double> rates_;
};

std::string as_text(const look_at& now, const progress& rates, function_names& names, const style& look);
std::string as_json(const look_at& now, const progress& rates, function_names& names);

}  // namespace tool
