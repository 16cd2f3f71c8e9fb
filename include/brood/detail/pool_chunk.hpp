// SPDX-License-Identifier: MIT
// A chunk of a map in a pool of processes. It travels as one task. What its worker did not come to, and what was lost
// with a worker but for the element that ran, is sent again.
#pragma once

#include <brood/detail/chunk_bytes.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/stop_token.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

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

// A part of a chunk on its way: the function, whether it is to be told to stop, the elements.
template <class R, class F, class T>
class chunk_part final : public target {
public:
    chunk_part(const F& function, const std::vector<T>& elements, std::size_t first, std::size_t count,
               const std::optional<event>& stop)
        : function_(function), elements_(elements), first_(first), count_(count), stop_(stop) {}

    entry_function entry() const noexcept override { return &enter; }
    callee calls() const noexcept override {
        callee what = callee_of(function_);
        what.elements = count_;
        return what;
    }
    void save(output_archive& archive) const override {
        save_value(archive, function_);
        save_value(archive, stop_);
        if constexpr (travels_as_bytes) {
            archive.write_block(count_, elements_.data() + first_, count_ * sizeof(T));
        } else {
            archive.write_size(count_);
            for (std::size_t i = first_; i < first_ + count_; ++i) save_value<T>(archive, elements_[i]);
        }
    }
    void run(target_session&) override {}

    static void enter(input_archive& archive, target_session& base) {
        auto& session = static_cast<task_session&>(base);
        const F function = load_value<F>(archive);
        const auto stop = load_value<std::optional<event>>(archive);
        std::exception_ptr unreadable;
        auto elements = load(archive, session, unreadable);
        session.arguments_read();
        auto result = run_chunk<R>(function, elements, 0, stop ? stop_token(*stop) : stop_token(),
                                   [&](std::size_t i) { return session.begin_element(i); });
        if (unreadable && result.size() == elements.size()) result.append_failure(unreadable);
        session.elements = result.size();
        send(std::move(result), session);
    }

private:
    static constexpr bool travels_as_bytes =
        is_plain<T> && std::is_trivially_copyable_v<T> && !std::is_same_v<T, bool> && !has_bools<T>;

    // Up to the first that cannot be read.
    static std::vector<T> load(input_archive& archive, task_session& session, std::exception_ptr& unreadable) {
        std::vector<T> elements;
        if constexpr (travels_as_bytes) {
            const auto block = archive.begin_block(sizeof(T));
            elements = std::vector<T>(block.count);
            archive.read_block(block, elements.data(), block.count * sizeof(T));
        } else {
            const auto count = static_cast<std::size_t>(archive.read_number<std::uint64_t>());
            elements.reserve(std::min<std::size_t>(count, archive.left()));
            try {
                for (std::size_t i = 0; i < count && session.begin_element(i); ++i)
                    elements.push_back(load_value<T>(archive));
            } catch (...) {
                unreadable = std::current_exception();
            }
        }
        return elements;
    }

    // How many elements it is about comes first, readable without the rest.
    static void send(chunk_result<R> result, task_session& session) {
        try {
            write(result, session);
        } catch (const serialization_error&) {
            set_unwritable_aside(result);
            write(result, session);
        }
        session.send_result();
    }
    static void write(const chunk_result<R>& result, task_session& session) {
        auto& archive = session.begin_result();
        archive.write_size(result.size());
        chunk_bytes<R>::write(archive, result);
    }
    static void set_unwritable_aside([[maybe_unused]] chunk_result<R>& result) {
        if constexpr (!std::is_void_v<R>) {
            chunk_result<R> kept;
            kept.busy = result.busy;
            auto failure = result.failures.begin();
            auto value = result.values.begin();
            for (std::size_t i = 0, all = result.size(); i < all; ++i) {
                if (failure != result.failures.end() && failure->index == i) {
                    kept.append_failure(failure->error);
                    ++failure;
                    continue;
                }
                try {
                    output_archive trial({.handles = false});
                    save_value<R>(trial, *value);
                    kept.values.push_back(std::move(*value));
                } catch (...) {
                    kept.append_failure(std::current_exception());
                }
                ++value;
            }
            result = std::move(kept);
        }
    }

    const F& function_;
    const std::vector<T>& elements_;
    const std::size_t first_, count_;
    const std::optional<event>& stop_;
};

template <class R, class F, class T>
class pool_chunk final : public future_state<chunk_result<R>>,
                         public std::enable_shared_from_this<pool_chunk<R, F, T>> {
public:
    pool_chunk(std::shared_ptr<pool_core> core, std::shared_ptr<const F> function, std::vector<T> elements,
               const task_settings& settings)
        : core_(std::move(core)),
          function_(std::move(function)),
          elements_(std::move(elements)),
          settings_(settings),
          retries_(settings.retries) {
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
            if (!done_.load(std::memory_order_acquire)) {
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
    bool withdraw() override { return end_parts(false); }
    void request_stop() override {
        if (stop_) stop_->set();
    }

    chunk_result<R> take() override {
        chunk_result<R> all;
        for (auto& [first, one] : pieces_) {
            if (one.task == nullptr) {
                for (std::size_t i = 0; i < one.count; ++i) all.append_failure(one.failure);
                continue;
            }
            try {
                const pool_task::reading_scope told(*one.task);
                auto& archive = one.task->open();
                archive.template read_number<std::uint64_t>();  // how many
                all.append(chunk_bytes<R>::read(archive));
            } catch (...) {
                for (std::size_t i = 0; i < one.count; ++i) all.append_failure(std::current_exception());
            }
        }
        return all;
    }

private:
    // So many elements in a row, and what became of them: a result, or one failure for all.
    struct piece {
        std::size_t count = 0;
        std::shared_ptr<pool_task> task;
        std::exception_ptr failure;
    };

    // What cannot be written is a failure of its own.
    void send(std::size_t first, std::size_t count, bool throws = false) {
        if (count == 0) return;
        auto task = std::make_shared<pool_task>(core_, settings_);
        try {
            task->fill(chunk_part<R, F, T>(*function_, elements_, first, count, stop_));
        } catch (const serialization_error&) {
            if (count == 1) return note_failure(first, 1, std::current_exception());
            send(first, count / 2, throws);
            return send(first + count / 2, count - count / 2, throws);
        }
        {
            const std::lock_guard guard(mutex_);
            ++under_way_;
            sent_.emplace(first, task);
        }
        try {
            core_->submit(task, pool_core::urgency::of_the_pool);
        } catch (...) {
            {
                const std::lock_guard guard(mutex_);
                sent_.erase(first);
            }
            if (throws && count == elements_.size()) {
                --under_way_;
                throw;
            }
            note_failure(first, count, std::current_exception());
            return ended_one();
        }
        core_->on_ready(
            *task,
            [self = this->shared_from_this(), first, count, part = task.get()] {
                self->part_ended(first, count, *part);
            },
            this);
    }

    void part_ended(std::size_t first, std::size_t count, pool_task& part) {
        std::shared_ptr<pool_task> task;
        {
            const std::lock_guard guard(mutex_);
            const auto found = sent_.find(first);
            task = std::move(found->second);
            sent_.erase(found);
        }
        if (part.has_value()) {
            const std::size_t did = std::min(count, count_in(part));
            note(first, {did, std::move(task), nullptr});
            send(first + did, count - did);
        } else if (part.died_at) {
            const std::size_t lost =
                first + static_cast<std::size_t>(std::min<std::uint64_t>(*part.died_at, count - 1));
            send(first, lost - first);
            if (is_retried(lost) && !part.timed_out)
                send(lost, 1);
            else
                note_failure(lost, 1, part.failure);
            send(lost + 1, first + count - lost - 1);
        } else {
            note_failure(first, count, part.failure);
        }
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
        note(first, {count, nullptr, why});
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
            for (const auto& [first, task] : sent_) parts.push_back(task);
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
    std::optional<event> stop_;
    std::atomic<std::size_t> under_way_{0};
    std::atomic<bool> done_{false};
    std::mutex mutex_;
    std::vector<pool_task::listener> listeners_;
    std::map<std::size_t, std::shared_ptr<pool_task>> sent_;
    std::map<std::size_t, piece> pieces_;
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
        if constexpr (wants_stop_token<F, T>) this->stop.emplace();
        this->fill(chunk_part<R, F, T>(function, element, 0, 1, this->stop));
    }
    chunk_result<R> take() override {
        const pool_task::reading_scope told(*this);
        auto& archive = this->open();
        archive.template read_number<std::uint64_t>();  // how many
        return chunk_bytes<R>::read(archive);
    }
};

template <class R, class F, class T>
std::shared_ptr<future_state<chunk_result<R>>> pool_core::start_chunk(const std::shared_ptr<const F>& function,
                                                                      std::vector<T> elements,
                                                                      const task_options& options) {
    require_serializable<F, target_itself>();
    require_serializable<T, argument_of_target<1>>();
    if constexpr (!std::is_void_v<R>) require_serializable<R, result_of_target>();
    const auto settings = settings_for(options);
    if (elements.size() == 1) {
        try {
            auto one = std::make_shared<pool_element<R, F, T>>(shared_from_this(), *function, elements, settings);
            submit(one, urgency::of_the_pool);
            return one;
        } catch (const serialization_error&) {
            // the failure of that element, which the other kind of chunk notes
        }
    }
    const auto chunk =
        std::make_shared<pool_chunk<R, F, T>>(shared_from_this(), function, std::move(elements), settings);
    chunk->start();
    return chunk;
}

}  // namespace brood::detail
