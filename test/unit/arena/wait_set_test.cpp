// SPDX-License-Identifier: MIT
// Waiting for what only this process knows to be ready, alone and beside handles and words.
#include "arena/wait_set.hpp"

#include <brood/connection.hpp>
#include <brood/event.hpp>
#include <brood/wait.hpp>

#include <doctest/doctest.h>
#include <thread>

using namespace std::chrono_literals;
using indices = std::vector<std::size_t>;

namespace {

// As the future of a pool is: ready when a thread of this process says so.
class promise {
public:
    void keep() {
        ready_ = true;
        const std::lock_guard guard(mutex_);
        for (const auto& one : waiting_) one->set();
    }
    void join_wait(brood::detail::wait_set& set) const {
        set.add({.is_ready = [this] { return ready_.load(); }});
        const std::lock_guard guard(mutex_);
        waiting_.push_back(set.signal());
    }

private:
    std::atomic<bool> ready_{false};
    mutable std::mutex mutex_;
    mutable std::vector<std::shared_ptr<brood::detail::wait_signal>> waiting_;
};

}  // namespace

TEST_CASE("a signal of this process ends a wait") {
    for (int i = 0; i < 200; ++i) {
        promise one, other;
        std::thread later([&] { other.keep(); });
        CHECK(brood::wait({one, other}) == indices{1});
        later.join();
        one.keep();  // nobody waits any more
        CHECK(brood::wait({one, other}) == indices{0, 1});
    }
}

TEST_CASE("a signal of this process ends a wait for handles and words beside it") {
    const auto [a, b] = brood::byte_pipe();
    const brood::event event;
    for (int i = 0; i < 200; ++i) {
        promise kept;
        std::thread later([&] { kept.keep(); });
        CHECK(brood::wait({a, event, kept}) == indices{2});
        later.join();
    }
}

TEST_CASE("a wait for a signal ends with its time") {
    const promise never;
    CHECK(brood::wait({never}, 10ms).empty());
    CHECK(brood::wait({never}, 0ms).empty());
}
