// SPDX-License-Identifier: MIT
#include "channel/listener_core.hpp"

#include "arena/wait_set.hpp"
#include "channel/tls_tunnel.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace brood::detail {
namespace {

using clock = std::chrono::steady_clock;

// So many clients may be at their handshake at the same time. One more ends that of the oldest: a client that does its
// part is done long before so many others have come.
constexpr std::size_t most_under_way = 100;

std::unique_ptr<platform::acceptor> listen_at(brood::address& where) {
    return where.what == address::kind::tcp ? platform::listen_tcp(where.name, where.port)
                                            : platform::listen_local(where.name);
}

[[noreturn]] void throw_closed() { throw std::logic_error("this listener is closed"); }

}  // namespace

// While nobody accepts, nobody answers clients: that time does not count against them.
class listener_core::clock_stop {
public:
    explicit clock_stop(listener_core& core) : core_(core) {
        const auto pause = clock::now() - core.paused_;
        for (auto& one : core.under_way_) one.excuse(pause);
    }
    clock_stop(const clock_stop&) = delete;
    clock_stop& operator=(const clock_stop&) = delete;
    ~clock_stop() { core_.paused_ = clock::now(); }

private:
    listener_core& core_;
};

listener_core::listener_core(const brood::address& where, listener_options options)
    : address_(where),
      options_(std::move(options)),
      tls_(options_.tls ? make_tls_context(*options_.tls, true, where) : nullptr),
      wakeup_(platform::make_link_pair()),
      acceptor_(listen_at(address_)),
      paused_(clock::now()) {}

std::optional<platform::link> listener_core::accept(const platform::deadline& until) {
    const auto mine = turn_.take(until);
    if (closed_) throw_closed();
    if (!mine) return std::nullopt;
    const clock_stop running(*this);
    if (auto accepted = take_what_is_there()) return accepted;
    return accept_next(until);
}

std::optional<platform::link> listener_core::take_what_is_there() {
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (!accepted_) return std::nullopt;
    return std::exchange(accepted_, {});
}

std::optional<platform::link> listener_core::accept_next(const platform::deadline& until) {
    for (;;) {
        const auto ready = platform::wait_many(everything(), earlier(until, first_end()));
        if (closed_) throw_closed();
        if (auto accepted = serve(ready)) return accepted;
        expire();
        if (until && *until <= clock::now()) return std::nullopt;
    }
}

// When the first of those under way is late.
platform::deadline listener_core::first_end() const {
    platform::deadline first;
    for (const auto& one : under_way_) first = earlier(first, one.ends());
    return first;
}

// In this order: the wake-up call, the acceptor, and who is under way.
std::vector<platform::waitable> listener_core::everything() const {
    std::vector<platform::waitable> all{wakeup_.second.to_wait_for(), acceptor_->to_wait_for()};
    for (const auto& one : under_way_) all.push_back(one.to_wait_for());
    return all;
}

std::optional<platform::link> listener_core::serve(const std::vector<std::size_t>& ready) {
    std::vector<std::list<greeting>::iterator> with_news;
    bool somebody_connects = false;
    auto at = under_way_.begin();
    std::size_t position = 2;
    for (const std::size_t index : ready) {
        if (index == 0) take_wakeup();
        if (index == 1) somebody_connects = true;
        if (index < 2) continue;
        std::advance(at, index - position);
        position = index;
        with_news.push_back(at);
    }
    for (const auto one : with_news)
        if (auto done = advance(one)) return done;
    return somebody_connects ? admit() : std::nullopt;
}

std::optional<platform::link> listener_core::admit() {
    platform::link link = acceptor_->try_accept();
    if (!link) return std::nullopt;
    if (tls_) link = accept_tls(std::move(link), *tls_, options_.handshake_timeout);
    if (!options_.authkey) return link;
    const bool too_many = under_way_.size() >= most_under_way;
    if (too_many) under_way_.pop_front();
    under_way_.emplace_back(std::move(link), handshake::side::listening, *options_.authkey, options_.handshake_timeout);
    auto done = advance(std::prev(under_way_.end()));
    if (too_many && !done) throw authentication_error("the handshake failed: too many others came before it was done");
    return done;
}

std::optional<platform::link> listener_core::advance(std::list<greeting>::iterator which) {
    std::list<greeting> one;  // whatever happens it is not in the list any more, unless it goes back
    const auto next = std::next(which);
    one.splice(one.begin(), under_way_, which);
    if (one.front().advance(clock::time_point::min())) return one.front().release();
    under_way_.splice(next, one);
    return std::nullopt;
}

void listener_core::expire() {
    const auto late =
        std::find_if(under_way_.begin(), under_way_.end(), [](const greeting& one) { return one.is_late(); });
    if (late != under_way_.end()) advance(late);  // throws: it says why
}

// Another process, forked from this one, may have called: its copy of the listener was closed, not this.
void listener_core::take_wakeup() {
    std::array<std::byte, 16> bytes;
    static_cast<void>(platform::link_receive(wakeup_.second, bytes, clock::time_point::min()));
}

void listener_core::close() noexcept {
    if (closed_.exchange(true)) return;
    try {
        const std::byte wake{};
        const std::span<const std::byte> message(&wake, 1);
        platform::link_send(wakeup_.first, {&message, 1}, clock::time_point::min());
    } catch (const std::system_error&) {
        // No memory, or the like: accept() ends with its next client then.
    }
    const auto mine = turn_.take({});
    under_way_.clear();
    accepted_.reset();
    acceptor_.reset();
}

// ---- among other things -------------------------------------------------------------------------------------------

struct listener_core::wait_among_others {
    std::shared_ptr<listener_core> listener;
    turn::holder mine;
    clock_stop running;
};

// A listener may be there twice; the turn is taken once.
void listener_core::join_wait(wait_set& set) {
    auto held = set.kept_for(this);
    if (!held) {
        auto mine = turn_.take({});
        if (closed_) throw_closed();
        held.reset(new wait_among_others{shared_from_this(), std::move(mine), clock_stop(*this)});
    }
    set.add({.is_ready = [this] { return look(); },
             .renew =
                 [this](std::vector<platform::waitable>& handles) {
                     handles = everything();
                     return first_end();
                 },
             .keep = std::move(held),
             .kept_for = this});
}

// Goes on with what accept() does, as far as that is possible without waiting.
bool listener_core::look() {
    if (closed_ || accepted_ || failure_) return true;
    try {
        if (auto one = serve(platform::wait_many(everything(), clock::time_point::min())))
            accepted_ = std::move(*one);
        else
            expire();
    } catch (const std::exception&) {
        failure_ = std::current_exception();
    }
    return accepted_ || failure_;
}

}  // namespace brood::detail
