// SPDX-License-Identifier: MIT
// What a future waits for, wherever it comes from: a process, a pool, a thread or other futures.
#pragma once

#include <brood/export.hpp>

#include <chrono>
#include <functional>
#include <memory>

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
    // throw and should be short. `key` names it for forget().
    virtual void on_ready(std::function<void()> what, const void* key = nullptr) = 0;
    // Lets go of what on_ready() was given with that key and has not begun; it may be running.
    virtual void forget(const void* key) noexcept { static_cast<void>(key); }
    // True when it had not ended and now ends, or has ended, with `cancelled`. May end work that runs.
    virtual bool cancel() { return false; }
    // The future that had it goes, whoever else may still look at it: blocks until a process of its own has ended.
    virtual void dropped() noexcept {}
    // Nobody will ask for the result. True when the work had not begun and never will; then it is ready, with
    // `cancelled`. Work that runs goes on; that of a chunk may end before its next element.
    virtual bool withdraw() { return false; }
    // Tells a task that has a stop_token.
    virtual void request_stop() {}
    // Does in this thread some of the work that it waits for, if this thread is one of those that may: true if there
    // was any. So a worker that waits for what its own pool is to do does not wait for ever.
    virtual bool help() { return false; }
    // When it is ready: whether take() would throw, as far as that can be told before.
    virtual bool has_failed() { return false; }
};

class wait_set;
// For brood::wait.
BROOD_API void join_wait(const std::shared_ptr<future_core>& state, wait_set& set);

template <class R>
class future_state : public future_core {
public:
    // Once, after wait_until gave true: the value, or throws.
    virtual R take() = 0;
};

}  // namespace brood::detail
