// SPDX-License-Identifier: MIT
// Waiting for many things at once: handles of the system, words of the session's memory, and what this process knows
// itself.
//
// Where everything has a handle, the system waits. Else the thread sleeps in the session's memory at all words, and a
// thread of brood's own waits for the handles beside it and wakes it. Either way the things are looked at once more
// after everybody who could wake the thread knows of it, so no wake-up is lost.
#pragma once

#include "arena/sleepers.hpp"

#include "platform/platform.hpp"

#include <brood/detail/waitable.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace brood::detail {

inline platform::deadline earlier(const platform::deadline& a, const platform::deadline& b) {
    return !a || (b && *b < *a) ? b : a;
}

// For what becomes ready within this process: wakes who waits, to look again. Any thread, also after the wait is over.
class wait_signal {
public:
    void set() noexcept;

private:
    friend class wait_set;
    std::mutex mutex_;
    arena::waiting_for_many* sleeper_ = nullptr;
};

// One thing. Ready when `is_ready` says so; without it, when one of the handles is.
struct wait_thing {
    // Borrowed during the wait.
    std::vector<platform::waitable> handles = {};
    // Never blocks. Asked again whenever something woke the thread.
    std::function<bool()> is_ready = {};
    // A word at which arena::wake() is called after `is_ready` changed; and what must be done before the thread sleeps
    // there, and after, so that it is called.
    const void* word = nullptr;
    std::function<void()> announce = {};
    // For things whose handles change: called after `is_ready` said no; gives the handles of now, and when to look
    // again.
    std::function<platform::deadline(std::vector<platform::waitable>&)> renew = {};
    // Lives as long as the wait; and what it belongs to, for things that may be in a set twice.
    std::shared_ptr<const void> keep = {};
    const void* kept_for = nullptr;
};

class wait_set {
public:
    wait_set() = default;
    wait_set(const wait_set&) = delete;
    wait_set& operator=(const wait_set&) = delete;
    ~wait_set();

    // Its index is the number of those before it.
    void add(wait_thing thing) { things_.push_back(std::move(thing)); }
    void add_ready() {
        add({.is_ready = [] { return true; }});
    }
    // For things that only this process knows to be ready: set() it after `is_ready` has changed.
    std::shared_ptr<wait_signal> signal();
    // What is kept for it already, or null.
    std::shared_ptr<const void> kept_for(const void* what) const;

    // The indices of those that are ready; none once the deadline came. Once.
    std::vector<std::size_t> wait(const platform::deadline& until);

private:
    void register_sleeper();
    void announce() const;
    std::vector<std::size_t> look();
    void sleep(platform::deadline until);

    std::vector<wait_thing> things_;
    std::shared_ptr<wait_signal> signal_;
    std::optional<arena::waiting_for_many> sleeper_;
};

}  // namespace brood::detail
