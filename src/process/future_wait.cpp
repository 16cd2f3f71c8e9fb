// SPDX-License-Identifier: MIT
// Futures among the things that brood::wait waits for.
#include "arena/wait_set.hpp"

#include <brood/detail/future_state.hpp>
#include <brood/detail/ready_gate.hpp>

#include <chrono>
#include <memory>

namespace brood::detail {
namespace {

// While a thread waits for a future among other things. A pool whose task it runs has others at work meanwhile.
class pending_wait {
public:
    pending_wait(std::shared_ptr<future_core> state, const void* key) : state_(std::move(state)), key_(key) {}
    ~pending_wait() { state_->forget(key_); }
    pending_wait(const pending_wait&) = delete;
    pending_wait& operator=(const pending_wait&) = delete;

private:
    const std::shared_ptr<future_core> state_;
    const void* const key_;
    const waiting_scope told_;
};

}  // namespace

void join_wait(const std::shared_ptr<future_core>& state, wait_set& set) {
    const auto is_ready = [state] {
        const auto now = std::chrono::steady_clock::time_point::min();
        return state->wait_until(&now);
    };
    if (is_ready()) return set.add_ready();
    const auto signal = set.signal();
    state->on_ready([signal] { signal->set(); }, signal.get());
    set.add({.is_ready = is_ready, .keep = std::make_shared<pending_wait>(state, signal.get())});
}

}  // namespace brood::detail
