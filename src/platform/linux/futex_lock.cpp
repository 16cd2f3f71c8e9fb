// SPDX-License-Identifier: MIT
// The classic mutex of three states: 0 free, 1 locked, 2 locked and somebody may sleep.
#include <brood/native/limits.hpp>

#include <atomic>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace brood::native {

void futex_lock(std::uint32_t& word) {
    const std::atomic_ref<std::uint32_t> state(word);
    std::uint32_t seen = 0;
    if (state.compare_exchange_strong(seen, 1, std::memory_order_acquire)) return;
    while (state.exchange(2, std::memory_order_acquire) != 0)
        ::syscall(SYS_futex, &word, FUTEX_WAIT, 2, nullptr, nullptr, 0);
}

void futex_unlock(std::uint32_t& word) {
    if (std::atomic_ref<std::uint32_t>(word).exchange(0, std::memory_order_release) == 2)
        ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

}  // namespace brood::native
