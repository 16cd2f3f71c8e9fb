// SPDX-License-Identifier: MIT
// A handshake with one peer over its link.
#pragma once

#include "channel/handshake.hpp"
#include "channel/message_link.hpp"

#include <chrono>
#include <string>

namespace brood::detail {

// Failing in any way throws authentication_error that says why. One thread.
class greeting {
public:
    greeting(platform::link link, handshake::side side, const std::string& key, std::chrono::nanoseconds limit);

    // Goes on with the handshake until it is done (true) or the time is over (false). With a time in the past it does
    // what can be done without waiting. Throws also when the time for the handshake is over.
    bool advance(const platform::deadline& until);
    bool is_late() const noexcept { return std::chrono::steady_clock::now() >= ends_; }
    std::chrono::steady_clock::time_point ends() const noexcept { return ends_; }
    // Time during which nobody could have answered the peer does not count.
    void excuse(std::chrono::steady_clock::duration pause) noexcept;
    platform::waitable to_wait_for() const noexcept { return link_.link().to_wait_for(); }
    // The link, when the handshake is done.
    platform::link release() noexcept { return link_.release(); }

private:
    bool hear_all(const platform::deadline& until);
    void say(const handshake::step& step);

    message_link link_;
    handshake handshake_;
    std::chrono::steady_clock::time_point ends_;
    bool begun_ = false;
};

}  // namespace brood::detail
