// SPDX-License-Identifier: MIT
// A pool whose workers are threads of this process.
#pragma once

#include <brood/detail/pool_interface.hpp>
#include <brood/detail/thread_task.hpp>
#include <brood/future.hpp>
#include <brood/pool_options.hpp>
#include <brood/worker_stats.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

// The interface of `pool` on threads: what a program does with the one it can do with the other, if its functions and
// values can cross. Here they need not: arguments, results and exceptions are moved, and functions may refer to what is
// theirs. A crash ends the program, and a running task is not interrupted.
//
// Members may be called from any thread, tasks of the pool included. A task that waits for a future of its own pool
// runs that task if nobody else does yet; when all threads wait, another one is started for the time being: waiting for
// each other's results never stops a pool. A timed wait in a task may take longer than its time then.
//
// Destructor: close() and join(), so nothing that was submitted is lost. Futures may outlive the pool. fork: the child
// has none of the threads; there members throw std::logic_error, but for the destructor, which does nothing.
//
// Of pool_options those about processes mean nothing here. An initializer that throws fails the pool: each future that
// is pending, and each later submit(), has its exception. Initializer and finalizer are copied for each thread, as for
// processes.
class thread_pool : public detail::pool_interface<thread_pool> {
public:
    // One thread for each usable processor.
    thread_pool() : thread_pool(pool_options{}) {}
    // Throws std::invalid_argument for options that mean nothing, std::system_error when there are no threads to have.
    explicit thread_pool(pool_options options) : core_(detail::thread_core::make(std::move(options))) {}
    explicit thread_pool(int workers) : thread_pool(pool_options{.workers = workers}) {}
    thread_pool(const thread_pool&) = delete;
    thread_pool& operator=(const thread_pool&) = delete;
    ~thread_pool() {
        core_->close();
        core_->join();
    }

    // Runs `function(arguments...)` in a thread; they are copied or moved in. A function whose first parameter is a
    // stop_token, and that is given none, gets the one that future::request_stop() sets. Throws std::logic_error after
    // close() (but not in a task of the pool, which may still submit), cancelled after terminate(). Blocks while the
    // queue is full (queue_limit), but never in a task of the pool.
    template <class F, class... X>
        requires(!std::is_same_v<std::remove_cvref_t<F>, task_options>)
    auto submit(F&& function, X&&... arguments) {
        return submit(task_options{}, std::forward<F>(function), std::forward<X>(arguments)...);
    }
    template <class F, class... X>
    auto submit(const task_options& options, F&& function, X&&... arguments) {
        detail::require_valid(options);
        using call = detail::thread_call_of<std::decay_t<F>, detail::type_list<X...>, std::index_sequence_for<X...>>;
        auto made =
            std::make_shared<typename call::task>(core_, std::forward<F>(function), std::forward<X>(arguments)...);
        core_->put(made, options.priority, true);
        return future<typename call::result>(std::move(made));
    }

    // Threads end when they are free, new ones start at once. Throws std::invalid_argument for less than one,
    // std::logic_error after close().
    void resize(int workers) { core_->resize(workers); }
    int worker_count() const { return core_->worker_count(); }
    std::vector<worker_stats> stats() const { return core_->stats(); }
    std::vector<int> worker_ids() const {
        std::vector<int> ids;
        for (const auto& worker : stats()) ids.push_back(worker.id);
        return ids;
    }
    // In a task: the number of the worker that runs it; nothing elsewhere.
    static std::optional<int> worker_id() noexcept { return detail::thread_worker_id(); }
    const std::string& name() const noexcept { return core_->name(); }

    // No more tasks; those that were submitted run. Again is fine.
    void close() { core_->close(); }
    // Blocks until all threads have ended. Throws std::logic_error before close() or terminate(). A task of the pool
    // that calls it does not wait for its own thread.
    void join() { core_->join(); }
    // close(), and what has not begun ends with `cancelled`. What runs is asked to stop and ends by itself.
    void terminate() { core_->terminate(); }

private:
    friend class detail::pool_interface<thread_pool>;
    const std::shared_ptr<detail::thread_core>& core() const noexcept { return core_; }

    const std::shared_ptr<detail::thread_core> core_;
};

}  // namespace brood
