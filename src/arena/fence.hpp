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

}  // namespace brood::arena
