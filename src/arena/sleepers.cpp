// SPDX-License-Identifier: MIT
#include "arena/sleepers.hpp"

#include "platform/session_memory.hpp"

#include <system_error>

namespace brood::arena {
namespace {

// A sleeper's state: how often its thread has registered, and in the lowest bit whether it was woken since. So a waker
// that was late cannot take a later registration, at another word, for the one that it saw.
constexpr std::uint32_t woken_bit = 1;
bool is_woken(std::uint32_t state) noexcept { return (state & woken_bit) != 0; }
std::uint32_t next_registration(std::uint32_t state) noexcept { return (state | woken_bit) + 1; }

platform::sleeping_place place(std::uint32_t index) noexcept {
    return {sleepers()[index].state, index, head().session};
}

void raise_mark(std::uint32_t used) noexcept {
    auto& mark = head().sleepers_used;
    for (auto known = mark.load(); known < used && !mark.compare_exchange_weak(known, used);) {
    }
}

std::uint32_t claim_row() {
    const process_tag me = own_tag.load(std::memory_order_relaxed);
    for (std::uint32_t i = 0; i < sleeper_limit; ++i) {
        process_tag free = 0;
        if (sleepers()[i].owner.load(std::memory_order_relaxed) != 0) continue;
        if (!sleepers()[i].owner.compare_exchange_strong(free, me)) continue;
        sleepers()[i].target = i;
        raise_mark(i + 1);
        return i;
    }
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again),
                            "too many threads wait at shared objects");
}

void release_row(std::uint32_t index) noexcept {
    sleepers()[index].word = 0;
    sleepers()[index].owner = 0;
}

// The row of the calling thread. That of a forked copy's original is left alone.
class own_row {
public:
    std::uint32_t get() {
        const process_tag me = own_tag.load(std::memory_order_relaxed);
        if (owner_ != me) {
            index_ = claim_row();
            owner_ = me;
        }
        return index_;
    }
    ~own_row() {
        if (owner_ != 0 && owner_ == own_tag.load(std::memory_order_relaxed)) release_row(index_);
    }

private:
    process_tag owner_ = 0;
    std::uint32_t index_ = 0;
};

std::uint32_t this_thread() {
    static thread_local own_row row;
    return row.get();
}

void sleep_at(std::uint32_t index, platform::deadline until) {
    const std::uint32_t state = sleepers()[index].state.load();
    if (!is_woken(state)) platform::sleep_in_place(place(index), state, until);
}

void wake_row(std::uint32_t index) noexcept {
    const auto target = sleepers()[index].target.load(std::memory_order_relaxed);
    if (target >= sleeper_limit) return;
    sleepers()[target].state.fetch_or(woken_bit);
    platform::wake_in_place(place(target));
}

}  // namespace

waiting::waiting(const void* word) : index_(this_thread()) {
    auto& row = sleepers()[index_];
    row.state = next_registration(row.state.load());
    row.word = place_of(word);
}
waiting::~waiting() { sleepers()[index_].word = 0; }
void waiting::sleep(platform::deadline until) { sleep_at(index_, until); }
bool waiting::woken() const noexcept { return is_woken(sleepers()[index_].state.load()); }
bool waiting::give_up() noexcept { return !is_woken(sleepers()[index_].state.fetch_or(woken_bit)); }

waiting_for_many::waiting_for_many() : index_(claim_row()) {}
waiting_for_many::~waiting_for_many() {
    for (const auto row : watched_) release_row(row);
    release_row(index_);
}
void waiting_for_many::add(const void* word) {
    watched_.reserve(watched_.size() + 1);
    const auto row = claim_row();
    watched_.push_back(row);
    sleepers()[row].target = index_;
    sleepers()[row].word = place_of(word);
}
void waiting_for_many::rearm() noexcept { sleepers()[index_].state.fetch_and(~woken_bit); }
void waiting_for_many::sleep(platform::deadline until) { sleep_at(index_, until); }
void waiting_for_many::poke() noexcept { wake_row(index_); }

void wake(const void* word, std::uint32_t count) noexcept {
    const offset wanted = place_of(word);
    const std::uint32_t used = head().sleepers_used.load();
    if (used == 0) return;
    // Begins behind the one that was woken last, so that nobody is passed over for ever.
    std::uint32_t i = head().wake_cursor.load(std::memory_order_relaxed) % used;
    for (std::uint32_t left = used; left > 0; --left, i = i + 1 == used ? 0 : i + 1) {
        auto& row = sleepers()[i];
        std::uint32_t state = row.state.load();  // before the word: see next_registration()
        if (row.word.load() != wanted) continue;
        if (row.target.load(std::memory_order_relaxed) != i) {
            wake_row(i);
        } else if (count > 0) {
            if (is_woken(state) || !row.state.compare_exchange_strong(state, state | woken_bit)) continue;
            platform::wake_in_place(place(i));
            head().wake_cursor.store(i + 1, std::memory_order_relaxed);
            if (count != everybody) --count;
        }
    }
}

void clear_sleepers(process_tag dead) noexcept {
    const std::uint32_t used = head().sleepers_used.load();
    for (std::uint32_t i = 0; i < used && dead != 0; ++i)
        if (sleepers()[i].owner.load() == dead) release_row(i);
    for (std::uint32_t i = 0; i < used; ++i)
        if (sleepers()[i].word.load() != 0) wake_row(i);
}

}  // namespace brood::arena
