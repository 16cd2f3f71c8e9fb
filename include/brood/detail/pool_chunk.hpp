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

template <class R, class F, class T>
class pool_chunk final : public batch_state<R>, public std::enable_shared_from_this<pool_chunk<R, F, T>> {
public:
    // `grain`, `news`: of a batch; else 0 and null.
    pool_chunk(std::shared_ptr<pool_core> core, std::shared_ptr<const F> function, std::vector<T> elements,
               const task_settings& settings, std::size_t grain, std::function<void()> news)
        : core_(std::move(core)),
          function_(std::move(function)),
          elements_(std::move(elements)),
          settings_(settings),
          retries_(settings.retries),
          grain_(grain),
          news_(std::move(news)),
          wanted_(elements_.size()) {
        settings_.retries = 0;  // of single elements, which only this knows
        if constexpr (wants_stop_token<F, T>) stop_.emplace();
    }

    void start() {
        ++under_way_;
        send(0, elements_.size(), true);
        ended_one();
    }

    bool wait_until(const std::chrono::steady_clock::time_point* time) override { return core_->wait(done_, time); }
    bool help() override { return core_->help(); }
    void on_ready(std::function<void()> what, const void* key) override {
        {
            const std::lock_guard guard(mutex_);
            if (!is_ready()) {
                listeners_.push_back({std::move(what), key});
                return;
            }
        }
        what();
    }
    void forget(const void* key) noexcept override {
        const std::lock_guard guard(mutex_);
        std::erase_if(listeners_, [&](const auto& one) { return one.key == key; });
    }
    bool cancel() override { return end_parts(true); }
    bool withdraw() override {
        withdraw_from(0);
        return end_parts(false);
    }
    void request_stop() override {
        if (stop_) stop_->set();
    }

    bool is_ready() const noexcept override { return done_.load(std::memory_order_acquire); }
    std::chrono::nanoseconds busy() const noexcept override { return busy_; }
    void withdraw_from(std::size_t element) override {
        std::vector<sent_part> sent;
        {
            const std::lock_guard guard(mutex_);
            wanted_ = std::min(wanted_, element);
            for (const auto& [key, part] : sent_) sent.push_back(part);
        }
        for (const auto& part : sent)
            if (part.end() > element) core_->shorten(*part.task, element > part.first ? element - part.first : 0);
    }

    chunk_result<R> take() override {
        chunk_result<R> all;
        for (auto& [first, one] : take_pieces()) all.append(read(one));
        return all;
    }
    std::vector<typename batch_state<R>::some> take_some() override {
        std::vector<typename batch_state<R>::some> all;
        for (auto& [first, one] : take_pieces()) all.push_back({first, read(one)});
        return all;
    }

private:
    // So many elements in a row, and what became of them: a result, or one failure for all.
    struct piece {
        std::size_t count = 0;
        std::shared_ptr<pool_task> task;
        std::exception_ptr failure;
        std::optional<batch_results> results;
    };
    using piece_map = std::map<std::size_t, piece>;
    struct sent_part {
        std::shared_ptr<pool_task> task;
        std::size_t first = 0;  // of its elements; another part may have the same, when all of this one were given back
        std::size_t count = 0;  // without those that were given back
        std::size_t came = 0;   // of them, told of one by one
        std::size_t end() const noexcept { return first + count; }
    };

    piece_map take_pieces() {
        const std::lock_guard guard(mutex_);
        return std::exchange(pieces_, {});
    }
    static chunk_result<R> read(const piece& one) {
        chunk_result<R> result;
        try {
            if (one.failure) std::rethrow_exception(one.failure);
            if (one.results) return one.results->template read<R>();
            const pool_task::reading_scope told(*one.task);
            return read_whole<R>(*one.task);
        } catch (...) {
            for (std::size_t i = 0; i < one.count; ++i) result.append_failure(std::current_exception());
        }
        return result;
    }

    // What cannot be written is a failure of its own.
    void send(std::size_t first, std::size_t count, bool throws = false) {
        if (count == 0) return;
        auto task = std::make_shared<pool_task>(core_, settings_);
        try {
            task->fill(chunk_part<R, F, T>(*function_, elements_, first, count, grain_, stop_));
        } catch (const serialization_error&) {
            if (count == 1) return note_failure(first, 1, std::current_exception());
            send(first, count / 2, throws);
            return send(first + count / 2, count - count / 2, throws);
        }
        if (grain_ != 0) make_batch(count, *task);
        {
            const std::lock_guard guard(mutex_);
            ++under_way_;
            sent_.emplace(task.get(), sent_part{task, first, count});
        }
        try {
            core_->submit(task, pool_core::urgency::of_the_pool);
        } catch (...) {
            {
                const std::lock_guard guard(mutex_);
                sent_.erase(task.get());
            }
            if (throws && count == elements_.size()) {
                --under_way_;
                throw;
            }
            note_failure(first, count, std::current_exception());
            return ended_one();
        }
        core_->on_ready(
            *task, [self = this->shared_from_this(), part = task.get()] { self->part_ended(*part); }, this);
    }
    void make_batch(std::size_t count, pool_task& task) {
        task.batch = std::make_unique<task_batch>();
        task.batch->elements = count;
        task.batch->news = [self = this->weak_from_this(), part = &task] {
            if (const auto alive = self.lock()) alive->part_has_news(*part);
        };
    }
    // Again, after what became of others; unless nobody wants it any more.
    void send_again(std::size_t first, std::size_t count) {
        const auto wanted = [&] {
            const std::lock_guard guard(mutex_);
            return std::clamp(wanted_, first, first + count) - first;
        }();
        send(first, wanted);
        if (wanted < count) note_failure(first + wanted, count - wanted, make_cancelled());
    }

    void part_has_news(pool_task& part) {
        if (take_news(part)) news_();
    }
    // What a batch tells of, and what it gives back. False when it is not under way any more.
    bool take_news(pool_task& part) {
        auto news = core_->take_news(part);
        std::size_t given_back = 0, from = 0;
        {
            const std::lock_guard guard(mutex_);
            const auto found = sent_.find(&part);
            if (found == sent_.end()) return false;
            auto& sent = found->second;
            const auto count = static_cast<std::size_t>(news.results.elements());
            if (count > 0)
                pieces_.emplace(sent.first + sent.came, piece{count, nullptr, nullptr, std::move(news.results)});
            sent.came += count;
            if (news.ends_at && *news.ends_at < sent.count) {
                const auto kept = static_cast<std::size_t>(*news.ends_at);
                given_back = std::exchange(sent.count, kept) - kept;
            }
            from = sent.end();
        }
        send_again(from, given_back);
        return true;
    }

    void part_ended(pool_task& part) {
        if (part.batch) take_news(part);
        sent_part sent;
        {
            const std::lock_guard guard(mutex_);
            sent = sent_.extract(&part).mapped();
            busy_ += part.busy;
        }
        const auto first = sent.first, end = sent.end();
        const auto came = first + sent.came;
        if (part.has_value()) {
            const std::size_t did = part.batch ? sent.came : std::min(sent.count, count_in(part));
            if (!part.batch) note(first, {did, std::move(sent.task), nullptr, std::nullopt});
            send_again(first + did, sent.count - did);
        } else if (part.died_at && came < end) {
            const std::size_t lost = std::clamp<std::size_t>(first + *part.died_at, first, end - 1);
            if (lost < came) {
                send_again(came, end - came);  // its last words were a result
            } else {
                send_again(came, lost - came);
                if (is_retried(lost) && !part.timed_out)
                    send_again(lost, 1);
                else
                    note_failure(lost, 1, part.failure);
                send_again(lost + 1, end - lost - 1);
            }
        } else {
            note_failure(came, end - came, part.failure);
        }
        if (part.batch) news_();  // other parts may take long yet
        ended_one();
    }

    static std::size_t count_in(const pool_task& part) noexcept {
        std::uint64_t count = 0;
        const auto bytes = part.result_bytes();
        if (bytes.size() >= sizeof count) std::memcpy(&count, bytes.data(), sizeof count);
        return static_cast<std::size_t>(count);
    }
    bool is_retried(std::size_t element) {
        const std::lock_guard guard(mutex_);
        return tried_[element]++ < retries_;
    }
    void note_failure(std::size_t first, std::size_t count, const std::exception_ptr& why) {
        note(first, {count, nullptr, why, std::nullopt});
    }
    void note(std::size_t first, piece what) {
        if (what.count == 0) return;
        const std::lock_guard guard(mutex_);
        pieces_.emplace(first, std::move(what));
    }
    void ended_one() {
        if (--under_way_ > 0) return;
        std::vector<pool_task::listener> told;
        {
            const std::lock_guard guard(mutex_);
            told = std::move(listeners_);
            done_.store(true, std::memory_order_release);
        }
        for (auto& each : told) each.call();
    }
    bool end_parts(bool running) {
        std::vector<std::shared_ptr<pool_task>> parts;
        {
            const std::lock_guard guard(mutex_);
            for (const auto& [key, part] : sent_) parts.push_back(part.task);
        }
        bool all = !parts.empty();
        for (const auto& part : parts) all = core_->cancel(*part, running) && all;
        return all;
    }

    const std::shared_ptr<pool_core> core_;
    const std::shared_ptr<const F> function_;
    const std::vector<T> elements_;
    task_settings settings_;
    const unsigned retries_;
    const std::size_t grain_;
    const std::function<void()> news_;
    std::optional<event> stop_;
    std::atomic<std::size_t> under_way_{0};
    std::atomic<bool> done_{false};
    std::chrono::nanoseconds busy_{0};
    std::mutex mutex_;
    std::size_t wanted_;  // elements; what has not begun of the others is not to run
    std::vector<pool_task::listener> listeners_;
    std::unordered_map<const pool_task*, sent_part> sent_;
    piece_map pieces_;
    std::unordered_map<std::size_t, unsigned> tried_;
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
        const pool_task::reading_scope told(*this);
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
