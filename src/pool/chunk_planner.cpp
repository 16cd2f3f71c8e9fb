// SPDX-License-Identifier: MIT
#include <brood/detail/chunk_planner.hpp>

#include <algorithm>
#include <cmath>

namespace brood::detail {
namespace {

constexpr double aim = 4e6;                // nanoseconds: what a chunk is to take, long beside its own cost
constexpr double worth_it = 2e5;           // a chunk at the end is not made shorter than that
constexpr double ahead = 2e6;              // of work for each worker is to be under way
constexpr double growth = 16;              // from chunks that came back to the next one
constexpr double most = 1U << 17U;         // elements: more makes nothing faster
constexpr std::size_t longest_grain = 32;  // elements of chunks that travel in batches
constexpr double batch_aim = 5e4;          // nanoseconds: what a batch is to take
constexpr double largest_batch = 256;      // elements
constexpr double batch_growth = 4;
constexpr double memory = 1e4;  // elements after which old measurements begin to fade

}  // namespace

void chunk_planner::rate::add(std::size_t more, std::chrono::nanoseconds took) noexcept {
    if (elements > memory) {
        time /= 2;
        elements /= 2;
    }
    elements += static_cast<double>(more);
    time += static_cast<double>(took.count());
}

chunk_planner::chunk_planner(std::int64_t fixed, int workers, std::optional<std::uint64_t> total, bool batches) noexcept
    : fixed_(static_cast<std::size_t>(fixed)),
      batches_(batches && fixed_ != 0 && fixed_ <= longest_grain),
      workers_(std::max(1, workers)),
      total_(total) {}

double chunk_planner::cost() const noexcept {
    return std::max(1.0, std::max(sending_.per_element(), running_.per_element()));
}

std::size_t chunk_planner::next() const noexcept {
    if (fixed_ != 0) return batches_ ? batch() : fixed_;
    if (largest_ == 0) return 1;
    double size = std::min({aim / cost(), growth * static_cast<double>(largest_), most});
    if (total_) {
        const auto left = *total_ > sent_ ? static_cast<double>(*total_ - sent_) : 1.0;
        const double share = std::max(left / (2 * workers_), worth_it / cost());
        size = std::min({size, share, std::ceil(static_cast<double>(*total_) / (4 * workers_))});
    }
    return static_cast<std::size_t>(std::max(1.0, size));
}

// As many chunks as are worth a record of their own.
std::size_t chunk_planner::batch() const noexcept {
    double size = std::min({batch_aim / cost(), batch_growth * static_cast<double>(largest_), largest_batch});
    if (total_) size = std::min(size, static_cast<double>(*total_ - std::min(*total_, sent_)) / (2 * workers_));
    return fixed_ * std::max<std::size_t>(1, static_cast<std::size_t>(size) / fixed_);
}

// While chunks grow, few: as soon as one has come back the next may be larger.
std::size_t chunk_planner::window() const noexcept {
    constexpr double least = 2, in_batches = 2048, while_they_grow = 4;
    const auto size = static_cast<double>(next());
    const double each = largest_ == 0 ? aim : cost() * size;
    const bool grows = size == (batches_ ? batch_growth : growth) * static_cast<double>(largest_);
    const double many = grows ? while_they_grow : batches_ ? std::max(least, in_batches / size) : 512;
    return static_cast<std::size_t>(workers_ * std::clamp(ahead / each, least, many));
}

void chunk_planner::started(std::size_t size, std::chrono::nanoseconds spent) noexcept {
    sent_ += size;
    sending_.add(size, spent);
}

void chunk_planner::ended(std::size_t size, std::chrono::nanoseconds busy) noexcept {
    largest_ = std::max(largest_, size);
    running_.add(size, busy);
}

}  // namespace brood::detail
