// SPDX-License-Identifier: MIT
// The contract of platform.hpp, continued: encryption of a stream by the system's TLS library. It is loaded when it is
// first needed.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace brood::platform {

// Paths of PEM files in UTF-8; empty: none.
struct tls_settings {
    bool listens = false;
    std::string certificate, private_key;
    std::string authorities;  // connecting, empty: those of the system. Listening, empty: clients need no certificate.
    std::string peer;         // connecting: the host name or IP address that the certificate must be for
};

// One side of one stream. It moves no bytes itself. One thread at a time. What is wrong with the peer, or with what it
// sent, is thrown as std::runtime_error; then nothing more can be done but drain().
class tls_session {
public:
    virtual ~tls_session() = default;
    // Goes on with the handshake, as far as what came allows; true when it is done.
    virtual bool shake_hands() = 0;
    // Bytes that came from the peer.
    virtual void feed(std::span<const std::byte> came) = 0;
    // Bytes to be sent to the peer now.
    virtual std::vector<std::byte> drain() = 0;
    // After the handshake: some of what the peer said, in the clear; none: more must come first.
    virtual std::vector<std::byte> read() = 0;
    // Whether the peer said that nothing will follow.
    virtual bool has_ended() const = 0;
    virtual void write(std::span<const std::byte> plain) = 0;
    // Says that nothing will follow.
    virtual void end() noexcept = 0;
};

// What the sessions of a side have in common. Thread-safe.
class tls_context {
public:
    virtual ~tls_context() = default;
    virtual std::unique_ptr<tls_session> begin() const = 0;
};
// Throws std::system_error where there is no TLS library (std::errc::function_not_supported), and std::runtime_error
// when a file cannot be read or does not hold what it should.
std::unique_ptr<tls_context> make_tls_context(const tls_settings& settings);

}  // namespace brood::platform
