// SPDX-License-Identifier: MIT
// What a future waits for, wherever it comes from: a process, a pool, a thread or other futures.
#pragma once

#include <chrono>
#include <functional>

namespace brood::detail {

// Thread-safe.
class future_core {
public:
    future_core() = default;
    future_core(const future_core&) = delete;
    future_core& operator=(const future_core&) = delete;
    virtual ~future_core() = default;

    // True when value or exception is known; false when the time came first (a null time: never).
    virtual bool wait_until(const std::chrono::steady_clock::time_point* time) = 0;
    // Runs `what` once: at once in this thread when it is ready, else in the thread that makes it ready. It must not
    // throw and should be short.
    virtual void on_ready(std::function<void()> what) = 0;
    // True when it had not ended and now ends, or has ended, with `cancelled`.
    virtual bool cancel() { return false; }
    // Tells a task that has a stop_token.
    virtual void request_stop() {}
};

template <class R>
class future_state : public future_core {
public:
    // Once, after wait_until gave true: the value, or throws.
    virtual R take() = 0;
};


}  // namespace brood::detail
