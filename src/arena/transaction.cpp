// SPDX-License-Identifier: MIT
#include "arena/transaction.hpp"

#include "arena/robust_lock.hpp"

#include <stdexcept>

namespace brood::arena {
namespace {

std::uint64_t* word_at(offset place) noexcept { return at<std::uint64_t>(place); }

// Words that are also read without the lock are atomic there.
void carry_out() noexcept {
    auto& h = head();
    const std::uint64_t size = h.journal_size.load(std::memory_order_relaxed);
    for (std::uint64_t i = 0; i < size; ++i)
        std::atomic_ref<std::uint64_t>(*word_at(h.journal[i].at)).store(h.journal[i].value, std::memory_order_release);
    h.journal_size.store(0, std::memory_order_release);
}

}  // namespace

transaction::transaction() {
    if (acquire(head().lock) == acquired::from_the_dead) carry_out();
}

transaction::~transaction() { release(head().lock); }

std::uint64_t transaction::read(const std::uint64_t& word) const noexcept {
    const offset place = place_of(&word);
    for (std::size_t i = size_; i > 0; --i)
        if (head().journal[i - 1].at == place) return head().journal[i - 1].value;
    return std::atomic_ref<std::uint64_t>(const_cast<std::uint64_t&>(word)).load(std::memory_order_relaxed);
}

std::uint64_t transaction::read(const std::atomic<std::uint64_t>& word) const noexcept {
    return read(reinterpret_cast<const std::uint64_t&>(word));
}

void transaction::write(std::uint64_t& word, std::uint64_t value) {
    const offset place = place_of(&word);
    for (std::size_t i = size_; i > 0; --i) {
        if (head().journal[i - 1].at != place) continue;
        head().journal[i - 1].value = value;
        return;
    }
    if (size_ == journal_limit) throw std::length_error("too many changes at once to shared memory");
    head().journal[size_++] = {place, value};
}

void transaction::write(std::atomic<std::uint64_t>& word, std::uint64_t value) {
    write(reinterpret_cast<std::uint64_t&>(word), value);
}

void transaction::commit() noexcept {
    if (size_ == 0) return;
    head().journal_size.store(size_, std::memory_order_release);
    carry_out();
    size_ = 0;
}

}  // namespace brood::arena
