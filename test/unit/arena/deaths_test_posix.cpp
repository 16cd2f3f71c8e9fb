// SPDX-License-Identifier: MIT
// Processes that die while others clear up after the dead.
#include "arena/robust_lock.hpp"
#include "arena/session.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <functional>
#include <optional>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace brood::arena;

namespace {

// A process of the session whose death nobody reports.
class unwatched {
public:
    explicit unwatched(const std::function<void()>& work) : tag_(reserve_process()) {
        int begun[2];
        REQUIRE(::pipe(begun) == 0);
        pid_ = ::fork();
        if (pid_ == 0) {
            become_process(tag_);
            work();
            static_cast<void>(::write(begun[1], "", 1));
            for (;;) ::pause();
        }
        char any = 0;
        REQUIRE(::read(begun[0], &any, 1) == 1);
        for (const int end : begun) ::close(end);
    }
    ~unwatched() {
        kill();
        process_ended(tag_, true);
    }
    unwatched(const unwatched&) = delete;
    unwatched& operator=(const unwatched&) = delete;

    // It has ended then, but is still there for its parent.
    void kill() const {
        siginfo_t how{};
        ::kill(pid_, SIGKILL);
        REQUIRE(::waitid(P_PID, static_cast<id_t>(pid_), &how, WEXITED | WNOWAIT) == 0);
    }
    void report() const { process_ended(tag_, true); }

private:
    process_tag tag_;
    pid_t pid_;
};

bool has_sleeper(const lock_word& word) { return (word.load() & waiters_bit) != 0; }

}  // namespace

TEST_CASE("a lock can be taken whose owner's death nobody has reported") {
    use_session();
    auto& word = head().lock;
    const unwatched owner([&] { acquire(word); });
    owner.kill();
    CHECK(acquire(word) == acquired::from_the_dead);
    release(word);
}

TEST_CASE("who clears up after one process goes on when another dies that has the lock") {
    use_session();
    auto& word = head().lock;
    const unwatched first([] {});
    const unwatched owner([&] { acquire(word); });
    first.kill();
    std::thread clearing([&] { first.report(); });
    while (!has_sleeper(word)) std::this_thread::yield();
    owner.kill();
    owner.report();
    clearing.join();
    CHECK(word.load() == 0);
}
