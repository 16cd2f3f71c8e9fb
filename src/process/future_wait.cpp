// SPDX-License-Identifier: MIT
// Futures among the things that brood::wait waits for.
#include "arena/wait_set.hpp"

#include <brood/detail/future_state.hpp>

#include <chrono>
#include <memory>

namespace brood::detail {

void join_wait(const std::shared_ptr<future_core>& state, wait_set& set) {
    const auto is_ready = [state] {
        const auto now = std::chrono::steady_clock::time_point::min();
        return state->wait_until(&now);
    };
    if (is_ready()) return set.add_ready();
    const auto signal = set.signal();
    state->on_ready([signal] { signal->set(); }, signal.get());
    const auto let_go = [state](const void* key) { state->forget(key); };
    set.add({.is_ready = is_ready, .keep = std::shared_ptr<const void>(signal.get(), let_go)});
}

}  // namespace brood::detail
