// SPDX-License-Identifier: MIT
// How threads wait at a queue: some looks, each later than the one before so that values gather meanwhile, then sleep.
// A bell says whether anybody may sleep, so that nobody looks for sleepers where there are none:
//  - a thread registers as a sleeper, sets the bell, looks once more, and sleeps; awake again, for whatever reason, it
//    sets the bell for those who still sleep;
//  - who changed what they wait for looks at the bell, clears it, and wakes one.
// So there is one wake-up until the woken thread runs, however many values come meanwhile; it wakes the next one if
// there is still something for others.
// Where several processes wait for the same, few of their threads look, and who changed what they wait for then wakes
// nobody: a lookout sees it, and it, too, wakes the next one if there is more. Go's scheduler treats its spinning
// threads so.
#pragma once

#include "arena/fence.hpp"
#include "arena/sleepers.hpp"
#include "channel/queue_state.hpp"

#include "platform/platform.hpp"
#include "platform/session_memory.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <thread>
#include <tuple>

namespace brood::channel {

using arena::is_past;

// After a change, and after an exchange that followed it.
inline void ring_bell_after_exchange(bell& which, const lookout_posts* posts = nullptr) noexcept {
    arena::fence_after_exchange();
    if (which.load(std::memory_order_relaxed) == 0) return;
    if (posts != nullptr && posts->any()) return;
    if (which.exchange(0) != 0) arena::wake(&which, 1);
}
// After a change that was made with any order.
inline void ring_bell(bell& which, const lookout_posts* posts = nullptr) noexcept {
    arena::fence(std::memory_order_seq_cst);
    ring_bell_after_exchange(which, posts);
}

// A thread that may look. Where several wait, this is one of few as long as it lives.
class lookout {
public:
    explicit lookout(lookout_posts* posts) noexcept {
        if (posts == nullptr || posts->in_use.load(std::memory_order_relaxed) == 0) return;
        may_look_ = false;
        for (std::size_t i = 0; i < most() && !may_look_; ++i) may_look_ = take(posts->taken_by[i]);
    }
    ~lookout() {
        if (post_ == nullptr) return;
        post_->exchange(0);
        arena::fence_after_exchange();
    }
    lookout(const lookout&) = delete;
    lookout& operator=(const lookout&) = delete;
    bool may_look() const noexcept { return may_look_; }
    bool has_post() const noexcept { return post_ != nullptr; }

private:
    using post = std::atomic<arena::process_tag>;
    // Not so many that those who have work find no processor.
    static std::size_t most() noexcept {
        constexpr std::size_t posts = std::tuple_size_v<decltype(lookout_posts::taken_by)>;
        auto known = most_.load(std::memory_order_relaxed);
        if (known == 0) {
            known = std::clamp<std::size_t>(std::thread::hardware_concurrency() / 2, 1, posts);
            most_.store(known, std::memory_order_relaxed);
        }
        return known;
    }
    bool take(post& which) noexcept {
        arena::process_tag none = 0;
        if (which.load(std::memory_order_relaxed) != 0) return false;
        if (!which.compare_exchange_strong(none, arena::own_tag.load(std::memory_order_relaxed))) return false;
        post_ = &which;
        return true;
    }
    static inline std::atomic<std::size_t> most_{0};
    post* post_ = nullptr;
    bool may_look_ = true;
};

// How long a thread looks before it sleeps: longer when it saw something, or when a sleep was so short that looking
// would have been cheaper. Where looking does not help at all, as on a machine with fewer processors than threads that
// have work, it rests from that for a number of waits.
//
// Looking does not help either where the system has put both sides on one processor. It leaves them there as long as
// one of them sleeps; in virtual machines even beside an idle processor, which the host has taken away and so does not
// count as idle. So after a rest it looks for a millisecond, once, for the system to see that both have work and to
// part them. Each time that this is in vain the next rest is longer.
class patience {
public:
    // Whether `ready()` became true during some looks. It is asked at growing intervals, for values to gather, and at
    // once when `hurry()` is true, which is asked all the time.
    template <class Ready, class Hurry>
    static bool look(Ready ready, Hurry hurry) {
        if (rest_ == rest_is_over) return look_for_long(ready, hurry);
        int waited = 0;
        for (int pauses = 1; waited < limit_; pauses = std::min(pauses * 2, longest)) {
            waited += pause(pauses, hurry);
            if (!ready()) continue;
            limit_ = limit_ < most ? limit_ * 2 : most;
            vain_ = 0;
            return true;
        }
        vain_ = limit_ == most ? vain_ + 1 : vain_;
        limit_ = limit_ > least ? limit_ / 2 : least;
        return false;
    }
    template <class Ready>
    static bool look(Ready ready) {
        return look(ready, [] { return false; });
    }
    // How long the sleep took that followed.
    static void slept(std::chrono::nanoseconds time) noexcept {
        constexpr std::chrono::microseconds short_sleep{20};
        if (rest_ > 0) {
            rest_ = rest_ == 1 ? rest_is_over : rest_ - 1;
        } else if (vain_ == most_vain) {
            vain_ = 0;
            rest_ = rests_;
            limit_ = least;
        } else if (time < short_sleep) {
            limit_ = limit_ < most / 4 ? limit_ * 4 : most;
        }
    }

private:
    template <class Ready, class Hurry>
    [[gnu::noinline]] static bool look_for_long(const Ready& ready, const Hurry& hurry) {
        rest_ = 0;
        limit_ = most;
        for (const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(1); !is_past(until);) {
            pause(longest, hurry);
            if (!ready()) continue;
            rests_ = least_rests;
            return true;
        }
        rests_ = std::min(rests_ * 2, most_rests);
        return false;
    }
    // How often it did.
    template <class Hurry>
    static int pause(int times, const Hurry& hurry) noexcept {
        int done = 0;
        do {
            platform::pause();
        } while (++done < times && !hurry());
        return done;
    }

    static constexpr int longest = 4, least = 16, most = 1024, most_vain = 8;
    static constexpr int least_rests = 1000, most_rests = 16'000, rest_is_over = -1;
    static thread_local int limit_, vain_, rest_, rests_;
};

// A reader that just keeps up with a writer never waits, and yet takes from it, for each value or two, the line that
// tells of them; both then go at the pace of that, which is half of what they could. After some such looks in a row,
// none of which found nothing, it lets values gather.
class keeping_up {
public:
    // What a look at the line found.
    static void saw(std::uint64_t values) noexcept {
        constexpr std::uint64_t few = 8;
        in_a_row_ = values <= few ? in_a_row_ + 1 : 0;
    }
    static void saw_nothing() noexcept { in_a_row_ = 0; }
    static void let_some_gather() noexcept {
        constexpr int enough = 8;
        if (in_a_row_ >= enough) wait_a_little();
    }

private:
    [[gnu::noinline]] static void wait_a_little() noexcept {
        constexpr std::chrono::microseconds a_little{5};
        in_a_row_ = 0;
        for (const auto until = std::chrono::steady_clock::now() + a_little; !is_past(until);) platform::pause();
    }
    static thread_local int in_a_row_;
};

// Sleeps while `blocked()`, until woken, the deadline, or for no reason.
template <class Blocked>
void sleep_at(bell& which, const platform::deadline& until, Blocked blocked) {
    {
        arena::waiting sleeper(&which);
        which.store(1);
        arena::fence(std::memory_order_seq_cst);
        if (blocked()) {
            const auto begun = std::chrono::steady_clock::now();
            sleeper.sleep(until);
            patience::slept(std::chrono::steady_clock::now() - begun);
        }
    }
    which.store(1);
}

// Who slept or was the lookout tells the next one of what is left: what came meanwhile may have woken nobody else.
template <class Blocked>
class passing_on {
public:
    passing_on(bell& which, const lookout_posts* posts, const Blocked& blocked) noexcept
        : which_(which), posts_(posts), blocked_(blocked) {}
    ~passing_on() {
        if (is_due_ && !blocked_()) ring_bell(which_, posts_);
    }
    void is_due() noexcept { is_due_ = true; }
    passing_on(const passing_on&) = delete;
    passing_on& operator=(const passing_on&) = delete;

private:
    bell& which_;
    const lookout_posts* const posts_;
    const Blocked& blocked_;
    bool is_due_ = false;
};

// What a thread waits for beside that, on another way: nothing.
struct nothing_else {
    static constexpr bool has_come() noexcept { return false; }
    static constexpr void before_sleep() noexcept {}
};

// After an attempt that gave nothing.
template <class Attempt, class Blocked, class Beside>
[[gnu::noinline]] auto wait_and_attempt(bell& which, const platform::deadline& until, const Attempt& attempt,
                                        const Blocked& blocked, lookout_posts* posts, const Beside& beside)
    -> decltype(attempt()) {
    decltype(attempt()) result{};
    keeping_up::saw_nothing();
    if (until == std::chrono::steady_clock::time_point::min()) return result;
    passing_on others(which, posts, blocked);
    for (bool last = false; !result && !last;) {
        {
            const lookout here(posts);
            if (here.has_post()) others.is_due();
            if (here.may_look() && patience::look([&] { return !blocked(); }, [&] { return beside.has_come(); }))
                result = attempt();
        }
        if (result) break;
        if (blocked()) {
            others.is_due();
            beside.before_sleep();
            sleep_at(which, until, blocked);
        }
        last = is_past(until);
        result = attempt();
    }
    return result;
}

// What `attempt()` gives when it gives something; nothing once the deadline came, at which it was tried again.
// `beside` is part of both.
template <class Attempt, class Blocked, class Beside = nothing_else>
auto wait_at(bell& which, const platform::deadline& until, const Attempt& attempt, const Blocked& blocked,
             lookout_posts* posts = nullptr, const Beside& beside = {}) -> decltype(attempt()) {
    auto result = attempt();
    return result ? result : wait_and_attempt(which, until, attempt, blocked, posts, beside);
}

}  // namespace brood::channel
