// SPDX-License-Identifier: MIT
// The chunks of one map that are under way.
#pragma once

#include <brood/detail/arrivals.hpp>
#include <brood/detail/batch.hpp>
#include <brood/detail/chunk.hpp>
#include <brood/detail/chunk_planner.hpp>
#include <brood/detail/local_state.hpp>
#include <brood/export.hpp>
#include <brood/pool_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace brood::detail {

class pool_core;

// Whatever their elements and results are. For one thread at a time.
class BROOD_API chunk_run_core {
public:
    chunk_run_core(const chunk_run_core&) = delete;
    chunk_run_core& operator=(const chunk_run_core&) = delete;

    const std::shared_ptr<arrivals>& news() const noexcept { return arrivals_; }
    bool empty() const noexcept { return pieces_.empty(); }
    // Whether another chunk may be sent while `kept` results wait to be fetched.
    bool room(std::size_t kept = 0) const { return under_way_ + kept < planner_.window(); }

    // Blocks until collect() has something to give; there must be chunks under way. `patient`: of many short ones some
    // may come together. With a pool of processes this thread itself brings them in.
    void wait(bool patient = false);
    // Nobody wants what follows that element, as far as it has not begun.
    void withdraw_after(std::uint64_t element);
    // Ends all that can be ended.
    void cancel();
    void request_stop();
    // What is under way, for others that may help.
    std::vector<std::shared_ptr<future_core>> under_way() const;

protected:
    // `processes`: the pool, or null for one of threads of this process.
    chunk_run_core(std::shared_ptr<pool_core> processes, const chunk_planner& planner);
    ~chunk_run_core();
    // Gives up what is under way; work of threads of this process has ended then.
    void give_up() noexcept;

    struct sent_chunk {
        std::shared_ptr<future_core> state;  // null after all of it was fetched
        batch_core* batch = nullptr;         // the same, if it is one
        std::size_t size = 0;
        std::uint64_t first = 0;  // element
    };
    // What tells of the next chunk.
    std::function<void()> next_bell() const;
    void note_sent(sent_chunk piece, std::chrono::steady_clock::time_point begun, const std::function<void()>& bell);
    // The next one of these, from `at` on, of which there may be something to fetch; null: none.
    sent_chunk* next_arrived(const std::vector<std::uint64_t>& numbers, std::size_t& at);
    void note_fetched(sent_chunk& piece);

    chunk_planner planner_;

private:
    bool help();
    void each(const std::function<void(future_core&)>& what);

    const std::shared_ptr<pool_core> processes_;
    const std::shared_ptr<arrivals> arrivals_;
    std::deque<sent_chunk> pieces_;
    std::uint64_t first_ = 0;     // the number of the first of them
    std::uint64_t elements_ = 0;  // that were sent
    std::size_t under_way_ = 0;
};

// Starts chunks by `core`, which is shared with the pool, and gives their results as they come. Its destructor gives up
// what is under way.
template <class Core, class F, class R>
class chunk_run : public chunk_run_core {
public:
    chunk_run(std::shared_ptr<Core> core, std::shared_ptr<const F> function, const map_options& options,
              std::optional<std::uint64_t> total)
        : chunk_run_core(processes_of(core),
                         chunk_planner(options.chunk_size, core->worker_count(), total, takes_batches(*core))),
          core_(std::move(core)),
          function_(std::move(function)),
          options_(options.task) {}
    ~chunk_run() { give_up(); }

    // Sends the next chunk of the source: false when there was no element left.
    template <class Source>
    bool feed(Source& source) {
        const auto begun = std::chrono::steady_clock::now();
        auto elements = source.take(planner_.next());
        if (elements.empty()) return false;
        const auto bell = next_bell();
        note_sent(start(std::move(elements), bell), begun, bell);
        return true;
    }

    // Calls `use(first, result)` for what came: elements in a row and the number of the first.
    template <class Use>
    void collect(Use use) {
        const auto numbers = news()->take();
        std::size_t at = 0;
        while (auto* const piece = next_arrived(numbers, at))
            if (collect(*piece, use)) note_fetched(*piece);
    }

private:
    static std::shared_ptr<pool_core> processes_of([[maybe_unused]] const std::shared_ptr<Core>& core) {
        if constexpr (Core::runs_in_this_process)
            return nullptr;
        else
            return core;
    }
    static bool takes_batches([[maybe_unused]] const Core& core) {
        if constexpr (Core::runs_in_this_process)
            return false;
        else
            return core.takes_batches();
    }
    template <class T>
    sent_chunk start(std::vector<T> elements, [[maybe_unused]] const std::function<void()>& bell) {
        const auto size = elements.size();
        if constexpr (!Core::runs_in_this_process) {
            if (const auto grain = planner_.grain(); grain != 0 && grain < size) {
                auto batch = core_->template start_batch<R>(function_, std::move(elements), options_, grain, bell);
                batch_core* const same = batch.get();
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
        for (auto& some : static_cast<batch_state<R>&>(*piece.batch).take_some())
            use(first + some.first, std::move(some.result));
        if (is_all) planner_.ended(piece.size, piece.batch->busy());
        return is_all;
    }
    // What befell the whole chunk befell each element.
    static chunk_result<R> fetch(sent_chunk& piece) {
        chunk_result<R> result;
        try {
            result = static_cast<future_state<chunk_result<R>>&>(*piece.state).take();
        } catch (...) {
            while (result.size() < piece.size) result.append_failure(std::current_exception());
        }
        if (result.size() < piece.size) {  // it was withdrawn while it ran
            const auto why = make_cancelled();
            while (result.size() < piece.size) result.append_failure(why);
        }
        return result;
    }

    const std::shared_ptr<Core> core_;
    const std::shared_ptr<const F> function_;
    const task_options options_;
};

}  // namespace brood::detail
