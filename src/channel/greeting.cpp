// SPDX-License-Identifier: MIT
#include "channel/greeting.hpp"

#include <brood/detail/timeout.hpp>
#include <brood/error.hpp>

#include <algorithm>
#include <span>
#include <stdexcept>
#include <system_error>

namespace brood::detail {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void refuse_greeting(const std::string& why, std::error_code code = {}) {
    throw authentication_error("the handshake failed: " + why, code);
}

}  // namespace

greeting::greeting(platform::link link, handshake::side side, const std::string& key, std::chrono::nanoseconds limit)
    : link_(std::move(link)), handshake_(side, key), ends_(time_after(limit)) {}

void greeting::excuse(clock::duration pause) noexcept {
    ends_ = ends_ > clock::time_point::max() - pause ? clock::time_point::max() : ends_ + pause;
}

bool greeting::advance(const platform::deadline& until) {
    try {
        const bool done = hear_all(until ? std::min(*until, ends_) : ends_);
        if (!done && is_late())
            refuse_greeting("the other side did not do its part in time", std::make_error_code(std::errc::timed_out));
        return done;
    } catch (const authentication_error&) {
        throw;
    } catch (const std::length_error&) {
        refuse_greeting("the other side sent a message that is too long");
    } catch (const end_of_stream&) {
        refuse_greeting("the other side has left");
    } catch (const std::system_error& e) {
        refuse_greeting(e.what(), e.code());
    } catch (const std::runtime_error& e) {
        refuse_greeting(e.what());
    }
}

bool greeting::hear_all(const platform::deadline& until) {
    if (!std::exchange(begun_, true)) say(handshake_.begin());
    while (const auto message = link_.receive(handshake::longest_message, until)) {
        const auto step = handshake_.hear({reinterpret_cast<const char*>(message->data()), message->size()});
        say(step);
        if (!step.failure.empty()) refuse_greeting(step.failure);
        if (step.done) return true;
    }
    return false;
}

// A handshake fits into what the system keeps of a fresh connection: a peer for which it does not is up to something.
void greeting::say(const handshake::step& step) {
    if (step.say.empty()) return;
    try {
        if (link_.send(std::as_bytes(std::span(step.say)), clock::time_point::min())) return;
    } catch (const end_of_stream&) {
        if (step.failure.empty()) throw;
    }
    if (step.failure.empty()) refuse_greeting("the other side does not receive");
}

}  // namespace brood::detail
