// SPDX-License-Identifier: MIT
// What makes a result of this process ready once, lets threads wait for it, and tells who asked to be told.
#pragma once

#include <brood/detail/future_state.hpp>
#include <brood/export.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

namespace brood::detail {

// A thread that others count on while it waits: a worker of a thread_pool. Marks it as waiting during its life.
class BROOD_API waiting_scope {
public:
    waiting_scope();
    ~waiting_scope();
    waiting_scope(const waiting_scope&) = delete;
    waiting_scope& operator=(const waiting_scope&) = delete;

    // What a worker thread wants to be told; null for none. For the thread that calls it.
    class watcher {
    public:
        virtual void begin_waiting() = 0;
        virtual void end_waiting() noexcept = 0;

    protected:
        ~watcher() = default;
    };
    static void watch_this_thread(watcher* by) noexcept;
    // Whether anybody wants to be told: only such a thread has work that it could do while it waits.
    static bool is_watched() noexcept;

private:
    watcher* told_;
};

// Thread-safe.
class BROOD_API ready_gate {
public:
    ready_gate() = default;
    ready_gate(const ready_gate&) = delete;
    ready_gate& operator=(const ready_gate&) = delete;

    bool is_open() const noexcept { return phase_.load(std::memory_order_acquire) == phase::open; }
    // True for the first who asks: that one writes the result and then opens.
    bool claim() noexcept;
    void open() noexcept;

    // False when the time came first (null: never). `owner` may have work that this thread can do.
    bool wait_until(const std::chrono::steady_clock::time_point* time, future_core& owner);
    void on_ready(std::function<void()> what, const void* key);
    void forget(const void* key) noexcept;

private:
    enum class phase : std::uint8_t { closed, claimed, open };
    struct listener {
        std::function<void()> call;
        const void* key;
    };
    std::atomic<phase> phase_{phase::closed};
    std::mutex mutex_;
    std::condition_variable opened_;
    std::vector<listener> listeners_;
};

}  // namespace brood::detail
