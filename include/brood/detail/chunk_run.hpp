// SPDX-License-Identifier: MIT
// The chunks of one map that are under way.
#pragma once

#include <brood/detail/arrivals.hpp>
#include <brood/detail/chunk.hpp>
#include <brood/detail/chunk_planner.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/pool_options.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace brood::detail {

// Starts chunks by `core`, which is shared with the pool, and gives their results as they come. For one thread at a
// time. Its destructor gives up what is under way; work of threads of this process has ended then.
template <class Core, class F, class R>
class chunk_run {
public:
    chunk_run(std::shared_ptr<Core> core, std::shared_ptr<const F> function, const map_options& options,
              std::optional<std::uint64_t> total)
        : core_(std::move(core)),
          function_(std::move(function)),
          options_(options.task),
          planner_(options.chunk_size, core_->worker_count(), total) {}
    chunk_run(const chunk_run&) = delete;
    chunk_run& operator=(const chunk_run&) = delete;
    ~chunk_run() { give_up(); }

    const std::shared_ptr<arrivals>& news() const noexcept { return arrivals_; }
    bool empty() const noexcept { return pieces_.empty(); }
    // Whether another chunk may be sent while `kept` results wait to be fetched.
    bool room(std::size_t kept = 0) const { return under_way_ + kept < planner_.window(); }

    // Sends the next chunk of the source: false when there was no element left.
    template <class Source>
    bool feed(Source& source) {
        const auto begun = clock::now();
        auto elements = source.take(planner_.next());
        if (elements.empty()) return false;
        const auto size = elements.size();
        auto state = core_->template start_chunk<R>(function_, std::move(elements), options_);
        planner_.started(size, clock::now() - begun);
        const auto number = first_ + pieces_.size();
        pieces_.push_back({state, size});
        ++under_way_;
        state->on_ready([to = arrivals_, number] { to->add(number); }, arrivals_.get());
        return true;
    }

    // Blocks until collect() has something to give; there must be chunks under way. `patient`: of many short ones some
    // may come together. With a pool of processes this thread itself brings them in.
    void wait(bool patient = false) {
        if (waiting_scope::is_watched() && arrivals_->empty() && help()) return;
        constexpr std::size_t many = 32, part = 4;
        const std::size_t count = patient && under_way_ >= many ? under_way_ / part : 1;
        if constexpr (Core::runs_in_this_process) {
            arrivals_->wait_until(nullptr, count);
        } else {
            core_->wait(arrivals_->expect(count), nullptr);
            arrivals_->expect_nothing();
        }
    }
    // Calls `use(number, result)` for each chunk that came back; they are numbered from 0 in the order of sending.
    template <class Use>
    void collect(Use use) {
        for (const auto number : arrivals_->take()) {
            auto& piece = pieces_[number - first_];
            auto result = fetch(piece);
            piece.state = nullptr;
            --under_way_;
            planner_.ended(piece.size, std::chrono::nanoseconds(result.busy));
            while (!pieces_.empty() && pieces_.front().state == nullptr) {
                pieces_.pop_front();
                ++first_;
            }
            use(number, std::move(result));
        }
    }

    // Nobody wants what follows chunk `number`, as far as it has not begun.
    void withdraw_after(std::uint64_t number) {
        each([&](std::uint64_t own, future_core& state) {
            if (own > number) state.withdraw();
        });
    }
    // Ends all that can be ended.
    void cancel() {
        each([](std::uint64_t, future_core& state) { state.cancel(); });
    }
    void request_stop() {
        each([](std::uint64_t, future_core& state) { state.request_stop(); });
    }
    // What is under way, for others that may help.
    std::vector<std::shared_ptr<future_core>> under_way() const {
        std::vector<std::shared_ptr<future_core>> all;
        for (const auto& piece : pieces_)
            if (piece.state) all.push_back(piece.state);
        return all;
    }

private:
    using clock = std::chrono::steady_clock;
    using state_pointer = std::shared_ptr<future_state<chunk_result<R>>>;
    struct sent_chunk {
        state_pointer state;  // null after it was fetched
        std::size_t size;
    };

    static std::shared_ptr<arrivals> make_arrivals(const std::shared_ptr<Core>& core) {
        if constexpr (Core::runs_in_this_process)
            return std::make_shared<arrivals>();
        else
            return std::make_shared<arrivals>([core] { core->look_again(); });
    }
    // What befell the whole chunk befell each element.
    static chunk_result<R> fetch(sent_chunk& piece) {
        chunk_result<R> result;
        try {
            result = piece.state->take();
        } catch (...) {
            while (result.size() < piece.size) result.append_failure(std::current_exception());
        }
        if (result.size() < piece.size) {  // it was withdrawn while it ran
            const auto why = make_cancelled();
            while (result.size() < piece.size) result.append_failure(why);
        }
        return result;
    }
    bool help() {
        return std::any_of(pieces_.begin(), pieces_.end(),
                           [](const auto& piece) { return piece.state != nullptr && piece.state->help(); });
    }
    template <class Do>
    void each(Do what) {
        for (std::size_t i = 0; i < pieces_.size(); ++i)
            if (const auto state = pieces_[i].state) what(first_ + i, *state);
    }
    void give_up() noexcept {
        each([&](std::uint64_t, future_core& state) {
            if (!state.withdraw()) state.request_stop();
        });
        if constexpr (Core::runs_in_this_process)
            each([&](std::uint64_t, future_core& state) { state.wait_until(nullptr); });
        each([&](std::uint64_t, future_core& state) { state.forget(arrivals_.get()); });
    }

    const std::shared_ptr<Core> core_;
    const std::shared_ptr<const F> function_;
    const task_options options_;
    chunk_planner planner_;
    const std::shared_ptr<arrivals> arrivals_ = make_arrivals(core_);
    std::deque<sent_chunk> pieces_;
    std::uint64_t first_ = 0;  // the number of the first of them
    std::size_t under_way_ = 0;
};

}  // namespace brood::detail
