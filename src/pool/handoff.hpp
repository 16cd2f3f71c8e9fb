// SPDX-License-Identifier: MIT
// A call on its way to a worker and back without a queue: of a caller that waits for it, of a pool that has nothing
// else to do. Its record and then its report lie in one place, beside the word that tells of them, and that word alone
// goes from one processor to the other and back.
//
//   none -> offered(generation)                   by the pool, while no other call is under way here
//   offered -> answered, or offered -> closed     by the worker, or by the pool, which then waits at its queue
//
// Who runs the call is not decided here but by its slot, as of a record in the queue: whoever copied the record and
// makes the slot `running`. So the record may also come to nobody, or be put into the queue as well.
//
// The record is read under the rules of a sequence lock (Boehm, "Can seqlocks get along with programming language
// memory models?", 2012): a copy counts when the word was of the same generation before and after.
#pragma once

#include "arena/fence.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace brood::pools {

class alignas(64) handoff {
public:
    // Bytes of a record, and of a report.
    static constexpr std::size_t most_size = 960;

    // ---- the pool: one thread at a time ----
    // The call before has ended, whether its worker answered or not.
    void offer(std::uint64_t generation, std::span<const std::byte> record) noexcept {
        state_.store(0, std::memory_order_relaxed);
        arena::fence(std::memory_order_release);
        record_size_.store(static_cast<std::uint32_t>(record.size()), std::memory_order_relaxed);
        write(words_.data(), record);
        state_.store(make(generation, stage::offered), std::memory_order_release);
    }
    bool is_answered(std::uint64_t generation) const noexcept {
        return state_.load(std::memory_order_acquire) == make(generation, stage::answered);
    }
    // False when it is answered: else it never will be, from here on.
    bool close(std::uint64_t generation) noexcept {
        auto now = make(generation, stage::offered);
        return state_.compare_exchange_strong(now, make(generation, stage::closed)) ||
               now == make(generation, stage::closed);
    }
    // Of one that is answered.
    template <class Use>
    void read_report(const Use& use) const noexcept {
        copy copied;
        use(read(copied, report_place(), report_size_));
    }

    // ---- workers ----
    // The call that is offered, unless it is the one that was seen last; or 0.
    std::uint64_t news_after(std::uint64_t seen) const noexcept {
        const auto now = state_.load(std::memory_order_acquire);
        const auto at = static_cast<stage>(now & stage_mask);
        if (at != stage::offered && at != stage::closed) return 0;
        return generation_of(now) == seen ? 0 : generation_of(now);
    }
    // False when the pool was about to change it.
    template <class Use>
    bool read_record(std::uint64_t generation, const Use& use) const noexcept {
        copy copied;
        const auto record = read(copied, words_.data(), record_size_);
        arena::fence(std::memory_order_acquire);
        if (generation_of(state_.load(std::memory_order_relaxed)) != generation) return false;
        use(record);
        return true;
    }
    // By the worker that runs it. False when it is too large, or the pool does not look here any more.
    bool answer(std::uint64_t generation, std::span<const std::byte> report) noexcept {
        auto expected = make(generation, stage::offered);
        if (report.size() > most_size || state_.load(std::memory_order_relaxed) != expected) return false;
        report_size_.store(static_cast<std::uint32_t>(report.size()), std::memory_order_relaxed);
        write(report_place(), report);
        return state_.compare_exchange_strong(expected, make(generation, stage::answered));
    }

private:
    using word = std::atomic<std::uint64_t>;
    enum class stage : std::uint64_t { none, offered, closed, answered };
    static constexpr unsigned stage_bits = 2;
    static constexpr std::uint64_t stage_mask = (1U << stage_bits) - 1;
    static constexpr std::uint64_t make(std::uint64_t generation, stage at) noexcept {
        return generation << stage_bits | static_cast<std::uint64_t>(at);
    }
    static constexpr std::uint64_t generation_of(std::uint64_t state) noexcept { return state >> stage_bits; }

    static constexpr std::size_t words_for(std::size_t bytes) noexcept {
        return (bytes + sizeof(word) - 1) / sizeof(word);
    }
    // Right behind the record, which others may still read.
    word* report_place() noexcept { return words_.data() + words_for(record_size_.load(std::memory_order_relaxed)); }
    const word* report_place() const noexcept { return const_cast<handoff*>(this)->report_place(); }

    static void write(word* to, std::span<const std::byte> bytes) noexcept {
        for (; bytes.size() >= sizeof(word); bytes = bytes.subspan(sizeof(word))) {
            std::uint64_t whole = 0;
            std::memcpy(&whole, bytes.data(), sizeof whole);
            (to++)->store(whole, std::memory_order_relaxed);
        }
        if (bytes.empty()) return;
        std::uint64_t rest = 0;
        std::memcpy(&rest, bytes.data(), bytes.size());
        to->store(rest, std::memory_order_relaxed);
    }
    static constexpr std::size_t most_words = most_size / sizeof(word);
    static_assert(most_words * sizeof(word) == most_size);
    using copy = std::array<std::uint64_t, most_words>;
    static std::span<const std::byte> read(copy& into, const word* from,
                                           const std::atomic<std::uint32_t>& size) noexcept {
        // While it changes it may be anything.
        const auto bytes = std::min<std::size_t>(size.load(std::memory_order_relaxed), sizeof into);
        for (std::size_t i = 0; i < words_for(bytes); ++i) into[i] = from[i].load(std::memory_order_relaxed);
        return std::as_bytes(std::span(into)).first(bytes);
    }

    word state_;
    std::atomic<std::uint32_t> record_size_, report_size_;
    std::array<word, 2 * most_words> words_;
};

}  // namespace brood::pools
