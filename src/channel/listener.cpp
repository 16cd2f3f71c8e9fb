// SPDX-License-Identifier: MIT
#include <brood/listener.hpp>

#include "channel/connection_core.hpp"
#include "channel/listener_core.hpp"
#include "channel/tls_tunnel.hpp"

#include <stdexcept>
#include <utility>

namespace brood {
namespace {

byte_connection connection_over(platform::link link, const std::optional<std::size_t>& max_message) {
    return byte_connection(
        std::make_shared<detail::connection_core>(std::move(link), max_message ? *max_message : detail::any_size));
}

// "connect (local:name): No such file": the text of an error with the address that it is about.
template <class Work>
auto at_address(const address& where, const Work& work) {
    try {
        return work();
    } catch (const std::system_error& e) {
        throw error(to_string(where) + ": " + e.what(), e.code());
    }
}

std::optional<byte_connection> connect_by(const address& where, const platform::deadline& until,
                                          const connect_options& options) {
    auto link = at_address(where, [&] {
        return where.what == address::kind::tcp ? platform::connect_tcp(where.name, where.port, until)
                                                : platform::connect_local(where.name, until);
    });
    if (!link) return std::nullopt;
    if (options.tls) {
        const auto context = detail::make_tls_context(*options.tls, false, where);
        auto encrypted = detail::connect_tls(std::move(link), *context, until, options.handshake_timeout);
        if (!encrypted) return std::nullopt;
        link = std::move(*encrypted);
    }
    if (!options.authkey) return connection_over(std::move(link), options.max_message);
    detail::greeting greeting(std::move(link), detail::handshake::side::connecting, *options.authkey,
                              options.handshake_timeout);
    if (!greeting.advance(until)) return std::nullopt;
    return connection_over(greeting.release(), options.max_message);
}

}  // namespace

address tcp(std::string host, std::uint16_t port) { return {address::kind::tcp, std::move(host), port}; }

address local(std::string name) {
    if (name.empty()) throw std::invalid_argument("a local address needs a name");
    return {address::kind::local, std::move(name), 0};
}

std::string to_string(const address& where) {
    if (where.what == address::kind::local) return "local:" + where.name;
    return "tcp:" + where.name + ":" + std::to_string(where.port);
}

listener::listener(const brood::address& where, listener_options options)
    : core_(at_address(where, [&] { return std::make_shared<detail::listener_core>(where, std::move(options)); })) {}

listener::listener(listener&& other) noexcept = default;

listener& listener::operator=(listener&& other) noexcept {
    if (this == &other) return *this;
    close();
    core_ = std::move(other.core_);
    return *this;
}

listener::~listener() { close(); }

detail::listener_core& listener::open_core() const {
    if (!core_) throw std::logic_error("this listener was moved from");
    return *core_;
}

std::optional<byte_connection> listener::accept_next(const std::chrono::steady_clock::time_point* time) {
    const platform::deadline until = time == nullptr ? platform::deadline() : platform::deadline(*time);
    const auto core = core_;  // close() in another thread must not take it away
    auto link = at_address(address(), [&] { return open_core().accept(until); });
    if (!link) return std::nullopt;
    return connection_over(std::move(*link), core->options().max_message);
}

void listener::join_wait(detail::wait_set& set) const { open_core().join_wait(set); }

const brood::address& listener::address() const { return open_core().address(); }

void listener::close() noexcept {
    if (core_) core_->close();
}

bool listener::is_open() const noexcept { return core_ && core_->is_open(); }

byte_connection connect(const address& where, const connect_options& options) {
    return *connect_by(where, {}, options);
}

std::optional<byte_connection> connect_until(const address& where, std::chrono::steady_clock::time_point time,
                                             const connect_options& options) {
    return connect_by(where, time, options);
}

}  // namespace brood
