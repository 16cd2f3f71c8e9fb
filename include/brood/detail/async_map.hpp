// SPDX-License-Identifier: MIT
// A map that nobody waits for: whoever brings a chunk back sends the next ones.
#pragma once

#include <brood/detail/chunk_run.hpp>
#include <brood/detail/held_open.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/detail/progress_meter.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace brood::detail {

// Elements that are all there.
template <class T>
class vector_source {
public:
    explicit vector_source(std::vector<T> all) : all_(std::move(all)) {}
    std::vector<T> take(std::size_t count) {
        const auto first = all_.begin() + static_cast<std::ptrdiff_t>(next_);
        const auto now = std::min(count, all_.size() - next_);
        next_ += now;
        return {std::move_iterator(first), std::move_iterator(first + static_cast<std::ptrdiff_t>(now))};
    }

private:
    std::vector<T> all_;
    std::size_t next_ = 0;
};

// Keeps itself alive until it is ready. One thread at a time does what is to be done; others leave word for it.
template <class Core, class F, class T, class R, class Collector>
class async_map final : public local_state<typename Collector::result>,
                        public std::enable_shared_from_this<async_map<Core, F, T, R, Collector>> {
public:
    async_map(std::shared_ptr<Core> core, std::shared_ptr<const F> function, std::vector<T> elements,
              const map_options& options, progress_option progress, Collector collector)
        : core_(std::move(core)),
          meter_(std::move(progress), elements.size()),
          collector_(std::move(collector)),
          run_(core_, std::move(function), options, elements.size()),
          source_(std::move(elements)) {}

    // Throws when the pool is closed.
    void start() {
        core_->hold(holder::map);
        run_.news()->tell([self = this->shared_from_this()] { self->poke(); });
        poke();
    }
    bool cancel() override {
        const bool mine = base::cancel();
        if (mine) order(orders::cancel);
        return mine;
    }
    void request_stop() override { order(orders::stop); }
    bool help() override {
        std::vector<std::shared_ptr<future_core>> states;
        {
            const std::lock_guard guard(mutex_);
            states = run_.under_way();
        }
        return std::any_of(states.begin(), states.end(), [](const auto& state) { return state->help(); });
    }

private:
    using base = local_state<typename Collector::result>;
    using chunk_list = std::vector<std::pair<std::uint64_t, chunk_result<R>>>;
    struct orders {
        static constexpr unsigned cancel = 1, stop = 2;
    };
    void order(unsigned what) {
        orders_ |= what;
        poke();
    }
    void poke() {
        if (pokes_.fetch_add(1) != 0) return;
        std::uint32_t seen = 1;
        do step();
        while (!pokes_.compare_exchange_strong(seen, 0));
    }
    void step() {
        if (finished_) return;
        try {
            auto chunks = obey_and_collect();
            for (auto& [first, chunk] : chunks) use(first, chunk);
            send();
        } catch (...) {
            fail(std::current_exception());
        }
        if (!more_ && run_.empty()) finish();
    }
    chunk_list obey_and_collect() {
        chunk_list chunks;
        const std::lock_guard guard(mutex_);
        const auto what = orders_.exchange(0);
        if ((what & orders::stop) != 0) run_.request_stop();
        if ((what & orders::cancel) != 0) {
            more_ = false;
            run_.cancel();
        }
        run_.collect(
            [&](std::uint64_t first, chunk_result<R>&& chunk) { chunks.emplace_back(first, std::move(chunk)); });
        return chunks;
    }
    void use(std::uint64_t first, chunk_result<R>& chunk) {
        if (error_) return;
        const auto size = chunk.size();
        if (!collector_.add(first, std::move(chunk))) {
            more_ = false;
            const std::lock_guard guard(mutex_);
            run_.withdraw_after(collector_.failed_element());
        } else {
            meter_.add(size);
        }
    }
    void send() {
        const std::lock_guard guard(mutex_);
        while (more_ && run_.room()) more_ = run_.feed(source_);
    }
    void fail(std::exception_ptr error) {
        more_ = false;
        if (!error_) error_ = std::move(error);
        const std::lock_guard guard(mutex_);
        run_.withdraw_after(0);
    }
    void finish() {
        finished_ = true;
        const auto self = this->shared_from_this();
        run_.news()->tell(nullptr);
        core_->release(holder::map);
        if (error_)
            this->set_exception(std::exchange(error_, nullptr));
        else
            this->set_by([&] { return collector_.finish(); });
    }

    const std::shared_ptr<Core> core_;
    std::atomic<std::uint32_t> pokes_{0};
    std::atomic<unsigned> orders_{0};

    // Of the thread that is at work.
    progress_meter meter_;
    Collector collector_;
    std::exception_ptr error_;
    bool more_ = true;
    bool finished_ = false;

    std::mutex mutex_;  // what follows is looked at by help(), too
    chunk_run<Core, F, R> run_;
    vector_source<T> source_;
};

}  // namespace brood::detail
