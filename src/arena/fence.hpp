// SPDX-License-Identifier: MIT
// std::atomic_thread_fence, and something stronger where a race detector does not understand that.
#pragma once

#include <atomic>

namespace brood::arena {

inline void fence([[maybe_unused]] std::memory_order order) noexcept {
#if defined(__SANITIZE_THREAD__)
    static std::atomic<int> any{0};
    any.fetch_add(0);
#else
    std::atomic_thread_fence(order);
#endif
}

// std::atomic_thread_fence(std::memory_order_seq_cst) after an exchange with that order: on x86 it was one.
inline void fence_after_exchange() noexcept {
#if defined(__x86_64__) && !defined(__SANITIZE_THREAD__)
    std::atomic_signal_fence(std::memory_order_seq_cst);
#else
    fence(std::memory_order_seq_cst);
#endif
}

}  // namespace brood::arena
