// SPDX-License-Identifier: MIT
// The chunks of one map that are under way.
#pragma once

#include <brood/detail/arrivals.hpp>
#include <brood/detail/batch.hpp>
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
          planner_(options.chunk_size, core_->worker_count(), total, takes_batches(*core_)) {}
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
        const auto number = first_ + pieces_.size();
        const auto tell = [to = arrivals_, number] { to->add(number); };
        auto piece = start(std::move(elements), tell);
        planner_.started(size, clock::now() - begun);
        piece.first = std::exchange(elements_, elements_ + size);
        pieces_.push_back(piece);
        ++under_way_;
        piece.state->on_ready(tell, arrivals_.get());
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
    // Calls `use(first, result)` for what came: elements in a row and the number of the first.
    template <class Use>
    void collect(Use use) {
        for (const auto number : arrivals_->take()) {
            if (number < first_) continue;  // told of before
            auto& piece = pieces_[number - first_];
            if (piece.state == nullptr || !collect(piece, use)) continue;
            piece.state = nullptr;
            piece.batch = nullptr;
            --under_way_;
            while (!pieces_.empty() && pieces_.front().state == nullptr) {
                pieces_.pop_front();
                ++first_;
            }
        }
    }

    // Nobody wants what follows that element, as far as it has not begun.
    void withdraw_after(std::uint64_t element) {
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            const auto piece = pieces_[i];
            if (piece.state == nullptr || element >= piece.first + piece.size) continue;
            if (element < piece.first)
                piece.state->withdraw();
            else if (piece.batch != nullptr)
                piece.batch->withdraw_from(static_cast<std::size_t>(element - piece.first + 1));
        }
    }
    // Ends all that can be ended.
    void cancel() {
        each([](future_core& state) { state.cancel(); });
    }
    void request_stop() {
        each([](future_core& state) { state.request_stop(); });
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
    struct sent_chunk {
        std::shared_ptr<future_state<chunk_result<R>>> state;  // null after all of it was fetched
        batch_state<R>* batch = nullptr;                       // the same, if it is one
        std::size_t size = 0;
        std::uint64_t first = 0;  // element
    };

    static bool takes_batches(const Core& core) {
        if constexpr (Core::runs_in_this_process)
            return false;
        else
            return core.takes_batches();
    }
    template <class T, class Tell>
    sent_chunk start(std::vector<T> elements, const Tell& tell) {
        const auto size = elements.size();
        if constexpr (!Core::runs_in_this_process) {
            if (const auto grain = planner_.grain(); grain != 0 && grain < size) {
                auto batch = core_->template start_batch<R>(function_, std::move(elements), options_, grain, tell);
                auto* const same = batch.get();
                return {std::move(batch), same, size};
            }
        }
        return {core_->template start_chunk<R>(function_, std::move(elements), options_), nullptr, size};
    }
    // False when there is more to come.
    template <class Use>
    bool collect(sent_chunk& piece, Use& use) {
        if (piece.batch == nullptr) {
            auto result = fetch(piece);
            planner_.ended(piece.size, std::chrono::nanoseconds(result.busy));
            use(piece.first, std::move(result));
            return true;
        }
        const bool is_all = piece.batch->is_ready();
        const auto first = piece.first;
        for (auto& some : piece.batch->take_some()) use(first + some.first, std::move(some.result));
        if (is_all) planner_.ended(piece.size, piece.batch->busy());
        return is_all;
    }

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
            if (const auto state = pieces_[i].state) what(*state);
    }
    void give_up() noexcept {
        each([&](future_core& state) {
            if (!state.withdraw()) state.request_stop();
        });
        if constexpr (Core::runs_in_this_process) each([&](future_core& state) { state.wait_until(nullptr); });
        each([&](future_core& state) { state.forget(arrivals_.get()); });
    }

    const std::shared_ptr<Core> core_;
    const std::shared_ptr<const F> function_;
    const task_options options_;
    chunk_planner planner_;
    const std::shared_ptr<arrivals> arrivals_ = make_arrivals(core_);
    std::deque<sent_chunk> pieces_;
    std::uint64_t first_ = 0;     // the number of the first of them
    std::uint64_t elements_ = 0;  // that were sent
    std::size_t under_way_ = 0;
};

}  // namespace brood::detail
