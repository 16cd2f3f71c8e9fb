// SPDX-License-Identifier: MIT
// A waitable value that becomes ready when a process ends.
#pragma once

#include <brood/config.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/export.hpp>

#include <chrono>
#include <memory>

namespace brood {

namespace detail {
class running_child;
}

// Becomes ready, and stays so, when its process has ended; descendants of the process never hold it back. Copies are
// cheap; it may outlive the process object. In a forked copy waiting throws std::logic_error. For use with brood::wait
// or, by native_handle(), with the system's own poll, epoll, kqueue or WaitForMultipleObjects.
class BROOD_API sentinel {
public:
    explicit sentinel(std::shared_ptr<detail::running_child> child) noexcept;
    // Never blocks.
    bool is_ready() const;
    // Blocks; true when it became ready in time.
    template <class Rep, class Period>
    bool wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until(detail::time_after(timeout));
    }
    bool wait_until(std::chrono::steady_clock::time_point time) const;
    void wait() const;
    // Linux: a pidfd; macOS: a kqueue; Windows: a process handle. Owned by this object: do not close it.
    native_handle_type native_handle() const noexcept;

    // For brood itself.
    void join_wait(detail::wait_set& set) const;

private:
    std::shared_ptr<detail::running_child> child_;
};

}  // namespace brood
