// SPDX-License-Identifier: MIT
// A pool as its workers see it: tasks of tasks go to the pool's process, and who waits for one runs others meanwhile,
// so that all workers may wait and none is lost.
#pragma once

#include "pool/relay.hpp"
#include "pool/worker.hpp"

#include <brood/detail/pool_core.hpp>

#include <atomic>
#include <condition_variable>
#include <list>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

namespace brood::pools {

class worker_core final : public detail::pool_core {
public:
    explicit worker_core(worker& here) : here_(here) {}

    void submit(const std::shared_ptr<detail::pool_task>& task, urgency how) override;
    bool wait(const std::atomic<bool>& flag, const std::chrono::steady_clock::time_point* until) override;
    void look_again() noexcept override;
    bool help() override { return false; }
    void on_ready(detail::pool_task& task, std::function<void()> what, const void* key) override;
    void forget(detail::pool_task& task, const void* key) noexcept override;
    // Asks the pool, and waits for its word.
    bool cancel(detail::pool_task& task, bool running) override;
    std::unique_ptr<task_trace> begin_trace(const detail::target& what) override;
    int worker_count() const override { return here_.setup().workers; }
    // Whether the pool could not answer, for want of memory, and so never will.
    bool fails() const noexcept { return fails_.load(std::memory_order_relaxed); }
    const detail::task_settings& defaults() const noexcept override { return here_.setup().defaults; }

private:
    using lock = std::unique_lock<std::mutex>;
    using listeners = std::list<detail::pool_task::listener>;
    void start_reading();
    bool read_inbox();
    void settle(const answer& what, listeners& told);
    void fail_all(listeners& told);
    void end(detail::pool_task& task, listeners& told);

    worker& here_;
    std::mutex mutex_;
    std::condition_variable settled_;
    bool reads_ = false;
    std::atomic<bool> fails_{false};  // the pool's words do not reach this process any more
    std::uint64_t next_number_ = 1;
    std::unordered_map<std::uint64_t, std::shared_ptr<detail::pool_task>> asked_;
    std::multimap<std::uint64_t, bool> cancelled_;  // the pool's words to calls of cancel()
    std::thread::id reader_;
};

}  // namespace brood::pools
