// SPDX-License-Identifier: MIT
#pragma once

#include <brood/worker_stats.hpp>

namespace tool {

inline const char* to_word(brood::worker_state state) {
    switch (state) {
        case brood::worker_state::idle: return "idle";
        case brood::worker_state::busy: return "busy";
        case brood::worker_state::waiting: return "waiting";
        case brood::worker_state::ending: return "ending";
        case brood::worker_state::starting: break;
    }
    return "starting";
}

}  // namespace tool
