// SPDX-License-Identifier: MIT
// How many elements of a map travel together, and how many such chunks are under way.
#pragma once

#include <brood/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace brood::detail {

// Sizes follow what elements cost, in the worker and on the way: chunks begin small, grow until they are worth their
// own cost, and shrink at the end so that all workers end together. For one thread at a time.
class BROOD_API chunk_planner {
public:
    // `fixed`: the size that the user wants, or 0. `batches`: several such chunks may travel together.
    chunk_planner(std::int64_t fixed, int workers, std::optional<std::uint64_t> total, bool batches = false) noexcept;

    // How many elements are to travel next.
    std::size_t next() const noexcept;
    // How many of them are a chunk in a batch; 0 when there are no batches.
    std::size_t grain() const noexcept { return batches_ ? fixed_ : 0; }
    // How many may be under way, or wait to be fetched.
    std::size_t window() const noexcept;
    // A chunk was sent; how long it took to gather and send it.
    void started(std::size_t size, std::chrono::nanoseconds spent) noexcept;
    // It came back; how long the worker was busy with it.
    void ended(std::size_t size, std::chrono::nanoseconds busy) noexcept;

private:
    struct rate {
        double elements = 0, time = 0;
        void add(std::size_t more, std::chrono::nanoseconds took) noexcept;
        double per_element() const noexcept { return elements > 0 ? time / elements : 0; }
    };
    double cost() const noexcept;
    std::size_t batch() const noexcept;

    const std::size_t fixed_;
    const bool batches_;
    const double workers_;
    const std::optional<std::uint64_t> total_;
    std::uint64_t sent_ = 0;
    std::size_t largest_ = 0;  // that came back
    rate sending_, running_;
};

}  // namespace brood::detail
