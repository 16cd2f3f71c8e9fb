// SPDX-License-Identifier: MIT
// What the threads of a thread_pool run, and what they share with the pool.
#pragma once

#include <brood/detail/chunk.hpp>
#include <brood/detail/element_source.hpp>
#include <brood/detail/held_open.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/export.hpp>
#include <brood/pool_options.hpp>
#include <brood/stop_token.hpp>
#include <brood/worker_stats.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace brood::detail {

class thread_core;

// It is run by the one who claims it: a worker, one who waits for it, or one who wants it not to run.
class thread_task {
public:
    thread_task() = default;
    thread_task(const thread_task&) = delete;
    thread_task& operator=(const thread_task&) = delete;
    virtual ~thread_task() = default;

    bool claim() noexcept { return !claimed_.exchange(true); }
    // For the claimer. Runs up to `most` tasks (elements of a chunk) and gives how many it ran; over() tells whether
    // that was all. What was not all is run again later.
    virtual std::uint64_t run(std::uint64_t most) noexcept = 0;
    virtual bool over() const noexcept { return true; }
    // For the claimer: it ends with this exception.
    virtual void refuse(const std::exception_ptr& why) noexcept = 0;
    // From any thread, while it runs.
    virtual void ask_to_stop() noexcept = 0;

    // For the claimer, when it is not over.
    void give_back() noexcept { claimed_ = false; }

private:
    std::atomic<bool> claimed_{false};
};

// Thread-safe. Shared by the pool, its threads, its tasks and what goes on without the pool.
class BROOD_API thread_core : public std::enable_shared_from_this<thread_core> {
public:
    static constexpr bool runs_in_this_process = true;

    static std::shared_ptr<thread_core> make(pool_options options);
    virtual ~thread_core() = default;

    // ---- for tasks ----
    // Blocks while the queue is full, unless a thread of this pool calls it or `limited` is false.
    virtual void put(std::shared_ptr<thread_task> task, int priority, bool limited) = 0;
    // A task in the queue was claimed by somebody else than a worker.
    virtual void claimed() noexcept = 0;
    // Whether this thread is one of the pool's.
    virtual bool is_worker() const noexcept = 0;
    // Runs a task that this thread claimed.
    virtual void run_here(const std::shared_ptr<thread_task>& task) noexcept = 0;

    // ---- for maps ----
    virtual int worker_count() const = 0;
    virtual void require_open() const = 0;
    virtual void hold(holder who) = 0;
    virtual void release(holder who) noexcept = 0;
    virtual progress_option default_progress() const = 0;
    template <class R, class F, class T>
    std::shared_ptr<future_state<chunk_result<R>>> start_chunk(const std::shared_ptr<const F>& function,
                                                               std::vector<T> elements, const task_options& options);

    // ---- for the pool ----
    virtual void resize(int workers) = 0;
    virtual void close() = 0;
    virtual void join() = 0;
    virtual void terminate() = 0;
    virtual std::vector<worker_stats> stats() const = 0;
    virtual const std::string& name() const noexcept = 0;
};

// The number of the pool's worker that this thread is; nothing elsewhere.
BROOD_API std::optional<int> thread_worker_id() noexcept;

// A task that is also the state of its future.
template <class R>
class thread_state : public local_state<R>, public thread_task, public std::enable_shared_from_this<thread_state<R>> {
public:
    explicit thread_state(std::shared_ptr<thread_core> core) : core_(std::move(core)) {}

    bool cancel() override {
        if (!claim()) return this->is_ready() && local_state<R>::cancel();
        core_->claimed();
        drop();
        return local_state<R>::cancel();
    }
    bool withdraw() override {
        if (cancel()) return true;
        unwanted_ = true;
        return false;
    }
    bool help() override {
        if (!core_->is_worker() || !claim()) return false;
        core_->claimed();
        core_->run_here(this->shared_from_this());
        return true;
    }
    void request_stop() override { ask_to_stop(); }
    void ask_to_stop() noexcept override {
        if (stop_) stop_->request_stop();
    }
    void refuse(const std::exception_ptr& why) noexcept override {
        drop();
        this->set_exception(why);
    }

protected:
    // Destroys what it would have needed to run.
    virtual void drop() noexcept = 0;
    bool wanted() const noexcept { return !unwanted_.load(std::memory_order_relaxed); }
    stop_token token() const { return stop_ ? stop_->token() : stop_token(); }
    void want_token() { stop_.emplace(); }

private:
    const std::shared_ptr<thread_core> core_;
    std::optional<stop_source> stop_;
    std::atomic<bool> unwanted_{false};
};

// A call.
template <class R, class F, class... X>
class thread_call final : public thread_state<R> {
public:
    template <class... Given>
    explicit thread_call(std::shared_ptr<thread_core> core, Given&&... given)
        : thread_state<R>(std::move(core)), held_(std::in_place, std::forward<Given>(given)...) {
        if constexpr (wants_stop_token<F, X...>) this->want_token();
    }

    std::uint64_t run(std::uint64_t) noexcept override {
        std::optional<stored<R>> value;
        std::exception_ptr error;
        try {
            if constexpr (std::is_void_v<R>)
                call(), value.emplace();
            else
                value.emplace(call());
        } catch (...) {
            error = std::current_exception();
        }
        held_.reset();  // what it held is gone before anybody learns that it is over
        if (error)
            this->set_exception(std::move(error));
        else if constexpr (std::is_void_v<R>)
            this->set_value();
        else
            this->set_value(std::move(*value));
        return 1;
    }

private:
    void drop() noexcept override { held_.reset(); }
    decltype(auto) call() {
        return std::apply(
            [&](F& function, X&... x) -> decltype(auto) {
                if constexpr (wants_stop_token<F, X...>)
                    return invoke_with_values(std::move(function), this->token(), std::move(x)...);
                else
                    return invoke_with_values(std::move(function), std::move(x)...);
            },
            *held_);
    }
    std::optional<std::tuple<F, X...>> held_;
};

template <class F, class... X>
struct thread_result {
    static auto find() {
        if constexpr (wants_stop_token<F, X...>)
            return std::type_identity<std::invoke_result_t<F, stop_token, X...>>();
        else
            return std::type_identity<decltype(invoke_with_values(std::declval<F>(), std::declval<X>()...))>();
    }
    using type = std::remove_cvref_t<typename decltype(find())::type>;
};

// How the argument of a task is kept: as a process would, but for what is to be a reference.
template <class Parameter, class Argument>
using kept_here = typename std::conditional_t<std::is_lvalue_reference_v<Parameter> &&
                                                  !std::is_const_v<std::remove_reference_t<Parameter>>,
                                              std::decay<Argument>, kept_argument<Parameter, Argument>>::type;

// The task that a call of F with arguments of the types X becomes.
template <class F, class Arguments, class Indices>
struct thread_call_of;
template <class F, class... X, std::size_t... I>
struct thread_call_of<F, type_list<X...>, std::index_sequence<I...>> {
    using first = std::tuple_element_t<0, std::tuple<X..., void>>;
    template <class... Kept>
    struct with {
        static constexpr bool on_object() {
            if constexpr (sizeof...(Kept) > 0)
                return runs_on_object<F, Kept...>;
            else
                return false;
        }
        static_assert(runs_with_values<F, Kept...> || wants_stop_token<F, Kept...> || on_object(),
                      "brood: the function cannot be called with these arguments (given as values; std::ref() gives a "
                      "reference).");
        using result = typename thread_result<F, Kept...>::type;
        using task = thread_call<result, F, Kept...>;
    };
    using kept = with<kept_here<typename given_parameter<F, first, I>::type, X>...>;
    using result = typename kept::result;
    using task = typename kept::task;
};

// A chunk of a map.
template <class R, class F, class T>
class thread_chunk final : public thread_state<chunk_result<R>> {
public:
    thread_chunk(std::shared_ptr<thread_core> core, std::shared_ptr<const F> function, std::vector<T> elements)
        : thread_state<chunk_result<R>>(std::move(core)),
          function_(std::move(function)),
          elements_(std::move(elements)) {
        if constexpr (wants_stop_token<F, T>) this->want_token();
    }

    std::uint64_t run(std::uint64_t most) noexcept override {
        const auto before = result_.size();
        try {
            auto more = run_chunk<R>(*function_, elements_, before, elements_.size(), this->token(),
                                     [&](std::size_t index) { return this->wanted() && index - before < most; });
            if (before == 0)
                result_ = std::move(more);
            else
                result_.append(std::move(more));
        } catch (...) {
            drop();
            this->set_exception(std::current_exception());
            return 0;
        }
        const auto ran = result_.size() - before;
        over_ = result_.size() == elements_.size() || !this->wanted();
        if (!over_) return ran;
        drop();
        this->set_value(std::move(result_));
        return ran;
    }
    bool over() const noexcept override { return over_; }

private:
    void drop() noexcept override {
        function_.reset();
        std::vector<T>().swap(elements_);
        over_ = true;
    }
    std::shared_ptr<const F> function_;
    std::vector<T> elements_;
    chunk_result<R> result_{};
    bool over_ = false;
};

template <class R, class F, class T>
std::shared_ptr<future_state<chunk_result<R>>> thread_core::start_chunk(const std::shared_ptr<const F>& function,
                                                                        std::vector<T> elements,
                                                                        const task_options& options) {
    const auto task = std::make_shared<thread_chunk<R, F, T>>(shared_from_this(), function, std::move(elements));
    put(task, options.priority, false);
    return task;
}

}  // namespace brood::detail
