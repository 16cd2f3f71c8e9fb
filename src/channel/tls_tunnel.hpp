// SPDX-License-Identifier: MIT
// A link through TLS: a thread of brood's own stands between the link that the program has and the one to the peer.
#pragma once

#include "platform/socket.hpp"
#include "platform/tls.hpp"

#include <brood/listener.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace brood::detail {

// Throws brood::error when there is no TLS here or a file cannot be used.
std::unique_ptr<platform::tls_context> make_tls_context(const tls_options& options, bool listens,
                                                        const brood::address& where);

// For who listens: never blocks. When the handshake fails, or is not done in time, the link that is given ends.
platform::link accept_tls(platform::link peer, const platform::tls_context& by, std::chrono::nanoseconds limit);

// For who connects: the handshake is done in this thread. nullopt when the deadline came first; authentication_error
// says why the peer is not trusted.
std::optional<platform::link> connect_tls(platform::link peer, const platform::tls_context& by,
                                          const platform::deadline& until, std::chrono::nanoseconds limit);

}  // namespace brood::detail
