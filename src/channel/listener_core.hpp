// SPDX-License-Identifier: MIT
// What a listener does: it accepts whoever connects, and has all of them prove at the same time that they know the key.
#pragma once

#include "channel/greeting.hpp"
#include "channel/turn.hpp"
#include "platform/socket.hpp"
#include "platform/tls.hpp"

#include <brood/listener.hpp>

#include <atomic>
#include <chrono>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace brood::detail {

class listener_core : public std::enable_shared_from_this<listener_core> {
public:
    listener_core(const brood::address& where, listener_options options);

    // The next client that has done its part; empty when the time was over first. Throws authentication_error for one
    // that has not. System errors come as std::system_error.
    std::optional<platform::link> accept(const platform::deadline& until);
    void close() noexcept;
    bool is_open() const noexcept { return !closed_; }
    const brood::address& address() const noexcept { return address_; }
    const listener_options& options() const noexcept { return options_; }
    // Ready when accept() would give somebody, or throw, at once. The wait has the turn of accept() meanwhile.
    void join_wait(wait_set& set);

private:
    class clock_stop;
    struct wait_among_others;
    bool look();
    std::optional<platform::link> take_what_is_there();
    platform::deadline first_end() const;
    std::optional<platform::link> accept_next(const platform::deadline& until);
    std::vector<platform::waitable> everything() const;
    std::optional<platform::link> serve(const std::vector<std::size_t>& ready);
    std::optional<platform::link> admit();
    std::optional<platform::link> advance(std::list<greeting>::iterator which);
    void expire();
    void take_wakeup();

    brood::address address_;
    const listener_options options_;
    const std::unique_ptr<platform::tls_context> tls_;
    platform::link_pair wakeup_;
    std::unique_ptr<platform::acceptor> acceptor_;
    std::list<greeting> under_way_;  // oldest first
    std::chrono::steady_clock::time_point paused_;
    platform::link accepted_;     // what wait() found and accept() has not given yet
    std::exception_ptr failure_;  // or thrown
    turn turn_;                   // of everything above but the sending end of wakeup_
    std::atomic<bool> closed_{false};
};

}  // namespace brood::detail
