// SPDX-License-Identifier: MIT
// A chunk of a map in a pool of processes. It travels as one task. What its worker did not come to, and what was lost
// with a worker but for the element that ran, is sent again.
#pragma once

#include <brood/detail/batch.hpp>
#include <brood/detail/chunk_bytes.hpp>
#include <brood/detail/chunk_part.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/stop_token.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace brood::detail {

// A task of a pool as what a future waits for.
template <class Result>
class task_state : public future_state<Result>, public pool_task {
public:
    using pool_task::pool_task;

    bool wait_until(const std::chrono::steady_clock::time_point* time) override { return core->wait(done, time); }
    bool help() override { return core->help(); }
    void on_ready(std::function<void()> what, const void* key) override { core->on_ready(*this, std::move(what), key); }
    void forget(const void* key) noexcept override { core->forget(*this, key); }
    bool cancel() override { return core->cancel(*this, true); }
    bool withdraw() override { return core->cancel(*this, false); }
    bool has_failed() override { return done.load(std::memory_order_acquire) && !has_value(); }
    void request_stop() override {
        if (stop) stop->set();
    }

    std::optional<event> stop;  // of a function that wants a stop_token
};

// What a chunk that is told of as a whole gave.
template <class R>
chunk_result<R> read_whole(const pool_task& task) {
    task_reading reading(task.value());
    reading.archive().template read_number<std::uint64_t>();  // how many
    return chunk_bytes<R>::read(reading.archive());
}

// A chunk, whatever its elements are.
class BROOD_API pool_chunk_core : public std::enable_shared_from_this<pool_chunk_core> {
public:
    // `grain`, `news`: of a batch; else 0 and null.
    pool_chunk_core(std::shared_ptr<pool_core> core, std::size_t elements, const task_settings& settings,
                    std::size_t grain, std::function<void()> news);
    pool_chunk_core(const pool_chunk_core&) = delete;
    pool_chunk_core& operator=(const pool_chunk_core&) = delete;
    virtual ~pool_chunk_core();

    void start();

protected:
    // So many elements in a row, and what became of them: a result, or one failure for all.
    struct piece {
        std::size_t count = 0;
        std::shared_ptr<pool_task> task;
        std::exception_ptr failure;
        std::optional<batch_results> results;
    };
    struct placed_piece {
        std::size_t first;
        piece what;
    };

    // Fills the task with these elements; throws serialization_error.
    virtual void write(pool_task& task, std::size_t first, std::size_t count) const = 0;

    // In the order of the elements.
    std::vector<placed_piece> take_pieces();
    bool has_ended() const noexcept { return done_.load(std::memory_order_acquire); }
    std::chrono::nanoseconds time_busy() const noexcept { return busy_; }
    void shorten_to(std::size_t elements);
    bool wait_for_all(const std::chrono::steady_clock::time_point* time) { return core_->wait(done_, time); }
    bool help_pool() { return core_->help(); }
    void listen(std::function<void()> what, const void* key);
    void forget_listener(const void* key) noexcept;
    bool end_parts(bool running);
    std::size_t grain() const noexcept { return grain_; }

    std::optional<event> stop_;  // of a function that wants a stop_token

private:
    struct sent_part {
        std::shared_ptr<pool_task> task;
        std::size_t first = 0;  // of its elements; another part may have the same, when all of this one were given back
        std::size_t count = 0;  // without those that were given back
        std::size_t came = 0;   // of them, told of one by one
        std::size_t end() const noexcept { return first + count; }
    };

    void send(std::size_t first, std::size_t count, bool throws = false);
    void make_batch(std::size_t count, pool_task& task);
    void send_again(std::size_t first, std::size_t count);
    void part_has_news(pool_task& part);
    bool take_news(pool_task& part);
    void part_ended(pool_task& part);
    bool is_retried(std::size_t element);
    void note_failure(std::size_t first, std::size_t count, const std::exception_ptr& why);
    void note(std::size_t first, piece what);
    void ended_one();

    const std::shared_ptr<pool_core> core_;
    const std::size_t elements_;
    task_settings settings_;
    const unsigned retries_;
    const std::size_t grain_;
    const std::function<void()> news_;
    std::atomic<std::size_t> under_way_{0};
    std::atomic<bool> done_{false};
    std::chrono::nanoseconds busy_{0};
    std::mutex mutex_;
    std::size_t wanted_;  // elements; what has not begun of the others is not to run
    std::vector<pool_task::listener> listeners_;
    std::unordered_map<const pool_task*, sent_part> sent_;
    std::map<std::size_t, piece> pieces_;
    std::unordered_map<std::size_t, unsigned> tried_;
};

template <class R, class F, class T>
class pool_chunk final : public batch_state<R>, public pool_chunk_core {
public:
    pool_chunk(std::shared_ptr<pool_core> core, std::shared_ptr<const F> function, std::vector<T> elements,
               const task_settings& settings, std::size_t grain, std::function<void()> news)
        : pool_chunk_core(std::move(core), elements.size(), settings, grain, std::move(news)),
          function_(std::move(function)),
          elements_(std::move(elements)) {
        if constexpr (wants_stop_token<F, T>) stop_.emplace();
    }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override { return wait_for_all(time); }
    bool help() override { return help_pool(); }
    void on_ready(std::function<void()> what, const void* key) override { listen(std::move(what), key); }
    void forget(const void* key) noexcept override { forget_listener(key); }
    bool cancel() override { return end_parts(true); }
    bool withdraw() override {
        shorten_to(0);
        return end_parts(false);
    }
    void request_stop() override {
        if (stop_) stop_->set();
    }

    bool is_ready() const noexcept override { return has_ended(); }
    std::chrono::nanoseconds busy() const noexcept override { return time_busy(); }
    void withdraw_from(std::size_t element) override { shorten_to(element); }

    chunk_result<R> take() override {
        chunk_result<R> all;
        for (const auto& one : take_pieces()) all.append(read(one.what));
        return all;
    }
    std::vector<typename batch_state<R>::some> take_some() override {
        std::vector<typename batch_state<R>::some> all;
        for (const auto& one : take_pieces()) all.push_back({one.first, read(one.what)});
        return all;
    }

private:
    void write(pool_task& task, std::size_t first, std::size_t count) const override {
        task.fill(chunk_part<R, F, T>(*function_, elements_, first, count, grain(), stop_));
    }
    static chunk_result<R> read(const piece& one) {
        chunk_result<R> result;
        try {
            if (one.failure) std::rethrow_exception(one.failure);
            if (one.results) return one.results->template read<R>();
            const pool_task::reading_scope told(one.task.get());
            return read_whole<R>(*one.task);
        } catch (...) {
            for (std::size_t i = 0; i < one.count; ++i) result.append_failure(std::current_exception());
        }
        return result;
    }

    const std::shared_ptr<const F> function_;
    const std::vector<T> elements_;
};

// A chunk of one element: a task like any other, of which nothing can be sent again but all of it.
template <class R, class F, class T>
class pool_element final : public task_state<chunk_result<R>> {
public:
    // Throws serialization_error.
    pool_element(std::shared_ptr<pool_core> owner, const F& function, const std::vector<T>& element,
                 const task_settings& chosen)
        : task_state<chunk_result<R>>(std::move(owner), chosen) {
        this->is_single = true;
        if constexpr (wants_stop_token<F, T>) this->stop.emplace();
        this->fill(chunk_part<R, F, T>(function, element, 0, 1, 0, this->stop));
    }
    chunk_result<R> take() override {
        const pool_task::reading_scope told(this);
        return read_whole<R>(*this);
    }
};

template <class R, class F, class T>
std::shared_ptr<future_state<chunk_result<R>>> pool_core::start_chunk(const std::shared_ptr<const F>& function,
                                                                      std::vector<T> elements,
                                                                      const task_options& options) {
    if (elements.size() == 1) {
        try {
            auto one =
                std::make_shared<pool_element<R, F, T>>(shared_from_this(), *function, elements, settings_for(options));
            submit(one, urgency::of_the_pool);
            return one;
        } catch (const serialization_error&) {
            // the failure of that element, which the other kind of chunk notes
        }
    }
    return start_batch<R>(function, std::move(elements), options, 0, nullptr);
}

template <class R, class F, class T>
std::shared_ptr<batch_state<R>> pool_core::start_batch(const std::shared_ptr<const F>& function,
                                                       std::vector<T> elements, const task_options& options,
                                                       std::size_t grain, std::function<void()> news) {
    require_serializable<F, target_itself>();
    require_serializable<T, argument_of_target<1>>();
    if constexpr (!std::is_void_v<R>) require_serializable<R, result_of_target>();
    const auto chunk = std::make_shared<pool_chunk<R, F, T>>(shared_from_this(), function, std::move(elements),
                                                             settings_for(options), grain, std::move(news));
    chunk->start();
    return chunk;
}

}  // namespace brood::detail
