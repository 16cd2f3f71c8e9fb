// SPDX-License-Identifier: MIT
#include "channel/tls_tunnel.hpp"

#include "arena/wait_set.hpp"

#include "platform/start_helper.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace brood::detail {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t some = 16 << 10, most_kept = 64 << 10;
// How long a side that has said its last word hears what the other one still says, so that this can read it all.
constexpr std::chrono::seconds patience{2};

struct ended : std::runtime_error {
    ended() : std::runtime_error("the peer ended the connection") {}
};

void send_all(const platform::link& to, std::span<const std::byte> bytes, const platform::deadline& until) {
    if (platform::link_send(to, {&bytes, 1}, until).result != platform::io_result::ok) throw ended();
}

class tunnel {
public:
    tunnel(platform::link peer, platform::link program, std::unique_ptr<platform::tls_session> session)
        : peer_(std::move(peer)), program_(std::move(program)), session_(std::move(session)) {}

    // False when the time came first. What the program says meanwhile is kept.
    bool shake_hands(const platform::deadline& until);
    // Until one side ends.
    void pass_on();

private:
    void hear_peer(const platform::deadline& until);
    bool hear_program();
    void tell_peer(const platform::deadline& until);
    void tell_program();
    void say_goodbye();

    platform::link peer_, program_;
    std::unique_ptr<platform::tls_session> session_;
    std::vector<std::byte> kept_;
};

// Of what came, as much as is there.
void tunnel::hear_peer(const platform::deadline& until) {
    std::array<std::byte, some> bytes;
    const auto got = platform::link_receive(peer_, bytes, until);
    if (got.result == platform::io_result::end) throw ended();
    if (got.result == platform::io_result::ok) session_->feed(std::span(bytes).first(got.bytes));
}

// False when it has closed its end.
bool tunnel::hear_program() {
    std::array<std::byte, some> bytes;
    const auto got = platform::link_receive(program_, bytes, clock::time_point::min());
    if (got.result == platform::io_result::ok)
        kept_.insert(kept_.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(got.bytes));
    return got.result != platform::io_result::end;
}

void tunnel::tell_peer(const platform::deadline& until) {
    for (auto bytes = session_->drain(); !bytes.empty(); bytes = session_->drain()) send_all(peer_, bytes, until);
}

void tunnel::tell_program() {
    for (auto plain = session_->read(); !plain.empty(); plain = session_->read()) send_all(program_, plain, {});
}

bool tunnel::shake_hands(const platform::deadline& until) {
    for (;;) {
        bool done = false;
        try {
            done = session_->shake_hands();
        } catch (const std::exception&) {
            tell_peer(until);  // why
            throw;
        }
        tell_peer(until);
        if (done) return true;
        std::vector<platform::waitable> both{peer_.to_wait_for()};
        if (kept_.size() < most_kept) both.push_back(program_.to_wait_for());
        const auto ready = platform::wait_many(both, until);
        if (ready.empty()) return false;
        if (ready.back() == 1 && !hear_program()) throw ended();
        if (ready.front() == 0) hear_peer(clock::time_point::min());
    }
}

void tunnel::pass_on() {
    for (;;) {
        for (std::span<const std::byte> rest = kept_; !rest.empty();) {
            const auto now = rest.first(std::min(rest.size(), some));
            session_->write(now);
            tell_peer({});
            rest = rest.subspan(now.size());
        }
        kept_.clear();
        tell_program();
        tell_peer({});
        if (session_->has_ended()) return;
        const std::array both{peer_.to_wait_for(), program_.to_wait_for()};
        const auto ready = platform::wait_many(both, {});
        if (ready.front() == 0) hear_peer(clock::time_point::min());
        if (ready.back() == 1 && !hear_program()) return say_goodbye();
    }
}

void tunnel::say_goodbye() {
    session_->end();
    const auto until = clock::now() + patience;
    tell_peer(until);
    while (clock::now() < until) hear_peer(until);
}

}  // namespace

std::unique_ptr<platform::tls_context> make_tls_context(const tls_options& options, bool listens,
                                                        const brood::address& where) {
    const auto text = [](const std::filesystem::path& path) {
        const auto utf8 = path.u8string();
        return std::string(utf8.begin(), utf8.end());
    };
    if (listens && (options.certificate.empty() || options.private_key.empty()))
        throw std::invalid_argument("TLS: who listens needs a certificate and its private key");
    const bool is_host = where.what == address::kind::tcp && !where.name.empty();
    const std::string host = is_host ? where.name : "localhost";
    try {
        return platform::make_tls_context({.listens = listens,
                                           .certificate = text(options.certificate),
                                           .private_key = text(options.private_key),
                                           .authorities = text(options.authorities),
                                           .peer = options.peer_name.empty() ? host : options.peer_name});
    } catch (const std::system_error& e) {
        throw error(e.what(), e.code());
    } catch (const std::runtime_error& e) {
        throw error(e.what());
    }
}

platform::link accept_tls(platform::link peer, const platform::tls_context& by, std::chrono::nanoseconds limit) {
    auto [ours, program] = platform::make_link_pair();
    const auto way = std::make_shared<tunnel>(std::move(peer), std::move(ours), by.begin());
    platform::start_helper([way, until = clock::now() + limit] {
        try {
            if (way->shake_hands(until)) way->pass_on();
        } catch (const std::exception&) {
            // the program sees the end of its link
        }
    });
    return std::move(program);
}

std::optional<platform::link> connect_tls(platform::link peer, const platform::tls_context& by,
                                          const platform::deadline& until, std::chrono::nanoseconds limit) {
    auto [ours, program] = platform::make_link_pair();
    const auto way = std::make_shared<tunnel>(std::move(peer), std::move(ours), by.begin());
    const auto last = clock::now() + limit;
    try {
        if (!way->shake_hands(earlier(until, last))) {
            if (clock::now() < last) return std::nullopt;
            throw std::runtime_error("TLS: the peer did not do its part in time");
        }
    } catch (const std::system_error&) {
        throw;
    } catch (const std::runtime_error& e) {
        throw authentication_error(e.what());
    }
    platform::start_helper([way] {
        try {
            way->pass_on();
        } catch (const std::exception&) {
            // the program sees the end of its link
        }
    });
    return std::move(program);
}

}  // namespace brood::detail
