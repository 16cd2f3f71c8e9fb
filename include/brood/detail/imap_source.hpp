// SPDX-License-Identifier: MIT
// What a stream of results reads from: elements are taken and sent as results are wanted.
#pragma once

#include <brood/detail/chunk_run.hpp>
#include <brood/detail/element_source.hpp>
#include <brood/detail/held_open.hpp>
#include <brood/detail/progress_meter.hpp>
#include <brood/result_stream.hpp>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>

namespace brood::detail {

template <class Core, class F, class T, class R, class Range>
class imap_source final : public chunk_source<R> {
public:
    imap_source(const std::shared_ptr<Core>& core, std::shared_ptr<const F> function, Range&& range,
                const map_options& options, progress_option progress)
        : ordered_(options.ordered),
          source_(std::forward<Range>(range)),
          meter_(std::move(progress), source_.total()),
          open_(std::in_place, core, holder::stream),
          run_(std::in_place, core, std::move(function), options, source_.total()) {}

    bool next(chunk_result<R>& into) override {
        if (!run_) return false;
        try {
            if (find(into)) return true;
            open_.reset();
            return false;
        } catch (...) {
            run_.reset();
            open_.reset();
            throw;
        }
    }

private:
    bool find(chunk_result<R>& into) {
        for (;;) {
            // One at a time: with a slow input the results that are there come first.
            if (has_room()) more_ = run_->feed(source_);
            run_->collect([this](std::uint64_t first, chunk_result<R>&& chunk) { park(first, std::move(chunk)); });
            if (take(into)) return true;
            if (has_room()) continue;
            if (run_->empty()) return false;
            run_->wait();
        }
    }
    bool has_room() const { return more_ && run_->room(parked_.size()); }
    // What came of one batch counts as one.
    void park(std::uint64_t first, chunk_result<R>&& chunk) {
        const auto after = parked_.lower_bound(first);
        if (after != parked_.begin()) {
            auto& [number, before] = *std::prev(after);
            if (number + before.size() == first && before.size() < most_together)
                return before.append(std::move(chunk));
        }
        parked_.emplace_hint(after, first, std::move(chunk));
    }
    bool take(chunk_result<R>& into) {
        const auto first = parked_.begin();
        if (first == parked_.end() || (ordered_ && first->first != next_)) return false;
        into = std::move(first->second);
        next_ += into.size();
        parked_.erase(first);
        meter_.add(into.size());
        return true;
    }

    static constexpr std::size_t most_together = 256;

    const bool ordered_;
    element_source<T, Range> source_;
    progress_meter meter_;
    bool more_ = true;
    std::uint64_t next_ = 0;
    std::map<std::uint64_t, chunk_result<R>> parked_;
    std::optional<held_open<Core>> open_;
    std::optional<chunk_run<Core, F, R>> run_;
};

}  // namespace brood::detail
