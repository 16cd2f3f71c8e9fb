// SPDX-License-Identifier: MIT
#include "channel/tls_tunnel.hpp"

#include "arena/wait_set.hpp"

#include "platform/start_helper.hpp"

#include <brood/error.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
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
        : peer_(std::move(peer)), program_(std::move(program)), session_(std::move(session)) {
        // Held by a forked child they would outlive this, and no side would see the end of the other.
        peer_.keep_from_forks();
        program_.keep_from_forks();
    }

    // False when the time came first. What the program says meanwhile is kept.
    bool shake_hands(const platform::deadline& until);
    // Until one side ends.
    void pass_on();
    // The program ends: what it said so far still goes to the peer.
    void finish() noexcept;

private:
    bool pass_on_what_is_there();
    void say_what_was_kept(const platform::deadline& until);
    void hear_peer(const platform::deadline& until);
    bool hear_program();
    void tell_peer(const platform::deadline& until);
    void tell_program();
    void say_goodbye();

    platform::link peer_, program_;
    std::unique_ptr<platform::tls_session> session_;
    std::vector<std::byte> kept_;
    std::timed_mutex working_;  // not while it waits
    bool done_ = false;
    std::atomic<bool> shook_hands_{false};
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
        if (done) return shook_hands_ = true;
        std::vector<platform::waitable> both{peer_.to_wait_for()};
        if (kept_.size() < most_kept) both.push_back(program_.to_wait_for());
        const auto ready = platform::wait_many(both, until);
        if (ready.empty()) return false;
        if (ready.back() == 1 && !hear_program()) throw ended();
        if (ready.front() == 0) hear_peer(clock::time_point::min());
    }
}

void tunnel::say_what_was_kept(const platform::deadline& until) {
    for (std::span<const std::byte> rest = kept_; !rest.empty();) {
        const auto now = rest.first(std::min(rest.size(), some));
        session_->write(now);
        tell_peer(until);
        rest = rest.subspan(now.size());
    }
    kept_.clear();
}

// False when it is over.
bool tunnel::pass_on_what_is_there() {
    const std::lock_guard guard(working_);
    if (done_) return false;
    const std::array both{peer_.to_wait_for(), program_.to_wait_for()};
    const auto ready = platform::wait_many(both, clock::time_point::min());
    const bool from_peer = !ready.empty() && ready.front() == 0, from_program = !ready.empty() && ready.back() == 1;
    if (from_peer) hear_peer(clock::time_point::min());
    const bool program_ended = from_program && !hear_program();
    say_what_was_kept({});
    tell_program();
    tell_peer({});
    if (program_ended) say_goodbye();
    return !program_ended && !session_->has_ended();
}

void tunnel::pass_on() {
    while (pass_on_what_is_there()) {
        const std::array both{peer_.to_wait_for(), program_.to_wait_for()};
        static_cast<void>(platform::wait_many(both, {}));
    }
}

void tunnel::say_goodbye() {
    session_->end();
    const auto until = clock::now() + patience;
    tell_peer(until);
    while (clock::now() < until) hear_peer(until);
}

void tunnel::finish() noexcept {
    if (!shook_hands_) return;
    const auto until = clock::now() + patience;
    const std::unique_lock guard(working_, until);
    if (!guard || std::exchange(done_, true)) return;
    try {
        std::size_t before = 0;
        do {
            before = kept_.size();
        } while (hear_program() && kept_.size() != before);
        say_what_was_kept(until);
        session_->end();
        tell_peer(until);
    } catch (const std::exception&) {
        // nobody hears it
    }
}

// ---- the end of the program ---------------------------------------------------------------------------------------

// Those of one process: a forked copy has its own, and exit handlers of its own.
class tunnels {
public:
    static tunnels& get() {
        static std::atomic<tunnels*> current{nullptr};
        auto* known = current.load();
        if (known != nullptr && known->owner_ == platform::current_process_id()) return *known;
        auto* const fresh = new tunnels;
        if (current.compare_exchange_strong(known, fresh)) {
            std::atexit([] { get().finish_all(); });
            return *fresh;
        }
        delete fresh;
        return *known;
    }
    void add(const std::shared_ptr<tunnel>& one) {
        const std::lock_guard guard(mutex_);
        std::erase_if(all_, [](const auto& known) { return known.expired(); });
        all_.push_back(one);
    }

private:
    void finish_all() {
        const std::lock_guard guard(mutex_);
        for (const auto& known : all_)
            if (const auto one = known.lock()) one->finish();
    }
    const process_id owner_ = platform::current_process_id();
    std::mutex mutex_;
    std::vector<std::weak_ptr<tunnel>> all_;
};

// In a thread of brood's own, after a handshake that takes until then.
void keep_open(const std::shared_ptr<tunnel>& way, const platform::deadline& until) {
    tunnels::get().add(way);
    platform::start_helper([way, until] {
        try {
            if (!until || way->shake_hands(until)) way->pass_on();
        } catch (const std::exception&) {
            // the program sees the end of its link
        }
    });
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
    keep_open(way, clock::now() + limit);
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
    keep_open(way, {});  // the handshake is done
    return std::move(program);
}

}  // namespace brood::detail
