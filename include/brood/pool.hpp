// SPDX-License-Identifier: MIT
// Pools of worker processes.
#pragma once

#include <brood/detail/pool_chunk.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/detail/pool_interface.hpp>
#include <brood/future.hpp>
#include <brood/pool_options.hpp>
#include <brood/stop_token.hpp>

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood {

namespace detail {

template <class R>
R read_result(const task_bytes& bytes) {
    if constexpr (!std::is_void_v<R>) {
        task_reading reading(bytes);
        return load_value<R>(reading.archive());
    } else {
        static_cast<void>(bytes);
    }
}

// A result that is still being written. Empty when it did not come.
template <class R>
std::optional<R> read_coming_result(const finished_call& call) {
    std::optional<R> result;
    try {
        task_reading reading(*call.coming);
        result.emplace(load_value<R>(reading.archive()));
    } catch (...) {
        if (!call.coming->lost) throw;
    }
    if (!call.wait_for_end()) result.reset();
    return result;
}

template <class R>
R read_result(const finished_call& call) {
    if constexpr (!std::is_void_v<R>) {
        if (call.coming) {
            auto result = read_coming_result<R>(call);
            return result ? std::move(*result) : read_result<R>(call.task->value());
        }
    }
    const pool_task::reading_scope told(call.task.get());
    return read_result<R>(call.bytes());
}

// A call in a pool, and the result that its future waits for.
template <class R>
class pool_call final : public task_state<R> {
public:
    pool_call(std::shared_ptr<pool_core> owner, const task_settings& chosen) : task_state<R>(std::move(owner), chosen) {
        this->is_single = true;
    }

    R take() override {
        const pool_task::reading_scope told(this);
        return read_result<R>(this->value());
    }
};

// The result of a call that may want a stop_token before its arguments.
template <class F, class... X>
struct pool_result : target_result<F, X...> {};
template <class F, class... X>
    requires(wants_stop_token<std::decay_t<F>, X...>)
struct pool_result<F, X...> : target_result<F, stop_token, X...> {};

// What the last handle of a pool ends.
class pool_life {
public:
    explicit pool_life(std::shared_ptr<pool_core> core) noexcept : core_(std::move(core)) {}
    pool_life(const pool_life&) = delete;
    pool_life& operator=(const pool_life&) = delete;
    ~pool_life() { core_->finish(); }
    const std::shared_ptr<pool_core>& core() const noexcept { return core_; }

private:
    const std::shared_ptr<pool_core> core_;
};

}  // namespace detail

// Worker processes that run tasks: functions with arguments, which cross by value as they do for brood::process; large
// ones lie in shared memory on the way.
//
// A worker that dies fails the task that it ran, with worker_died, and no other; another worker takes its place. Tasks
// begin in the order of their submission, those of higher priority first. Tasks may submit to the pool that runs them
// (current_pool()) and wait for it: another worker is started in the place of one that waits, if there is work.
//
// A handle: copies are the same pool; the end of the last one is close() and join(), so that nothing that was submitted
// is lost. It belongs to the process that made it: in a forked copy it throws std::logic_error. Members may be called
// from several threads at once. At exit of the program workers are ended; a pool that still exists then runs no more
// tasks.
class pool : public detail::pool_interface<pool> {
public:
    // Starts the workers and waits until their processes run. Throws std::invalid_argument for options that make no
    // sense, start_error or bootstrap_error when no process can be started, std::system_error when the file
    // of the option `trace` cannot be opened.
    explicit pool(const pool_options& options) : pool(detail::pool_core::make(options), true) {}
    explicit pool(int workers) : pool(pool_options{.workers = workers}) {}
    pool() : pool(pool_options{}) {}

    // Runs function(arguments...) in a worker and gives a future of its result; it may outlive the pool. Blocks only
    // while the pool has a queue_limit and is at it. Throws serialization_error when an argument cannot be written,
    // std::logic_error after close(), cancelled after terminate(), what the initializer threw if that failed.
    // A function whose first parameter is a stop_token gets one, which future::request_stop() sets.
    template <class F, class... X>
        requires(!std::is_same_v<std::remove_cvref_t<F>, task_options>)
    auto submit(F&& function, X&&... arguments) {
        return submit(task_options{}, std::forward<F>(function), std::forward<X>(arguments)...);
    }
    template <class F, class... X>
    auto submit(const task_options& options, F&& function, X&&... arguments) {
        using result = typename detail::pool_result<F, X...>::type;
        auto call = std::make_shared<detail::pool_call<result>>(core_, core_->settings_for(options));
        if constexpr (detail::wants_stop_token<std::decay_t<F>, X...>) {
            call->stop.emplace();
            core_->send(call, detail::borrow_target<detail::send_back>(
                                  std::forward<F>(function), stop_token(*call->stop), std::forward<X>(arguments)...));
        } else {
            core_->send(call, detail::borrow_target<detail::send_back>(std::forward<F>(function),
                                                                       std::forward<X>(arguments)...));
        }
        return future<result>(std::move(call));
    }
    // The same and waits: the result, or what the function threw.
    template <class F, class... X>
        requires(!std::is_same_v<std::remove_cvref_t<F>, task_options>)
    auto apply(F&& function, X&&... arguments) {
        return apply(task_options{}, std::forward<F>(function), std::forward<X>(arguments)...);
    }
    template <class F, class... X>
    auto apply(const task_options& options, F&& function, X&&... arguments) {
        using result = typename detail::pool_result<F, X...>::type;
        const auto settings = core_->settings_for(options);
        if constexpr (detail::wants_stop_token<std::decay_t<F>, X...>)  // nobody has a handle by which to ask
            return detail::read_result<result>(
                core_->call(detail::borrow_target<detail::send_back>(std::forward<F>(function), stop_token(),
                                                                     std::forward<X>(arguments)...),
                            settings));
        else
            return detail::read_result<result>(core_->call(
                detail::borrow_target<detail::send_back>(std::forward<F>(function), std::forward<X>(arguments)...),
                settings));
    }

    // How many workers there are to be.
    int worker_count() const { return core_->worker_count(); }
    // Starts workers, or lets some end when they have done what they do. Throws std::invalid_argument below 1.
    void resize(int workers) { core_->resize(workers); }
    // The workers as they are now; one that just ended may still be listed.
    std::vector<worker_stats> stats() const { return core_->stats(); }
    std::vector<process_id> worker_pids() const { return core_->worker_pids(); }
    // No more tasks; those that were submitted are still run. Again is harmless.
    void close() { core_->close(); }
    // Blocks until all tasks and workers have ended. Throws std::logic_error before close() or terminate().
    void join() { core_->join(); }
    // Ends the workers at once; futures that have no result throw cancelled.
    void terminate() { core_->terminate(); }

    const std::shared_ptr<detail::pool_core>& core() const noexcept { return core_; }

private:
    friend pool current_pool();
    pool(std::shared_ptr<detail::pool_core> core, bool owned) : core_(std::move(core)) {
        if (owned) life_ = std::make_shared<detail::pool_life>(core_);
    }

    std::shared_ptr<detail::pool_core> core_;
    std::shared_ptr<detail::pool_life> life_;
};

// In a task: the pool that runs it. Its tasks are run by that pool; the rest of its members, in this process, throws
// std::logic_error. Throws std::logic_error outside of a task of a pool of processes.
inline pool current_pool() {
    auto core = detail::pool_core::current();
    if (!core) throw std::logic_error("current_pool() is for tasks of a pool");
    return pool(std::move(core), false);
}

// A pool of this process with one worker for each usable processor, made at the first call and ended at exit. Any
// thread.
BROOD_API pool& default_pool();

}  // namespace brood
