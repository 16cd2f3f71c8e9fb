// SPDX-License-Identifier: MIT
// Connections between processes that did not start each other: one listens at an address, others connect to it.
#pragma once

#include <brood/connection.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/export.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace brood {

// Where a process listens. Made by tcp() and local(). Crosses to other processes like any value.
struct address {
    enum class kind : std::uint8_t { tcp, local } what = kind::local;
    std::string name = {};   // the host, or the local name
    std::uint16_t port = 0;  // of a host
    friend bool operator==(const address&, const address&) = default;
};
// "tcp:HOST:PORT" or "local:NAME".
BROOD_API std::string to_string(const address& where);

// A TCP port of a host. To listen: the host names one of this machine's interfaces, an empty one means all of them, and
// port 0 lets the system choose (listener::address() tells). To connect: an empty host is this machine. IPv4 is taken
// where a host has both kinds of address, because CPython knows no other. Python: ('host', port).
BROOD_API address tcp(std::string host, std::uint16_t port);
// A name on this machine. Linux: an abstract socket (Python: '\0name'); macOS: a socket in the user's folder for
// temporary files; Windows: a named pipe (in Python the pipe of that name below the server ".", a path that is a valid
// name here too). An absolute path is that of a socket file on Linux and macOS (Python: '/path'); Windows throws
// brood::error when it is used. Throws std::invalid_argument for an empty name.
BROOD_API address local(std::string name);

// Encryption (TLS 1.2 or newer) of what is sent, and who may be at the other side. Files are in PEM form and are read
// when the listener or the connection is made.
// Linux: needs OpenSSL's libssl, which is loaded then. Elsewhere, and without it, brood::error with
// std::errc::function_not_supported is thrown.
struct tls_options {
    // This side's certificate, followed by those that lead to an authority, and its key. Who listens needs both.
    std::filesystem::path certificate = {}, private_key = {};
    // Whose certificates are accepted. Connecting: left out means those that the system accepts. Listening: left out
    // means that clients need no certificate; given, that they need one.
    std::filesystem::path authorities = {};
    // Connecting: the name that the certificate must be for; left out means the host of the address.
    std::string peer_name = {};
};

// Options of a listener; everything left out keeps its default.
struct listener_options {
    // Who connects must know this key, any bytes, and gets a proof that this side knows it too. The key is not sent.
    // Without `tls` what is sent afterwards is neither secret nor protected. Left out: anybody may connect. An empty
    // key is a key.
    std::optional<std::string> authkey = {};
    // How long a client may take to prove it.
    std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);
    // The longest message that the connections accept, in bytes.
    std::optional<std::size_t> max_message = {};
    // Encrypt. A client whose handshake fails gets no further: with a key accept() throws authentication_error, without
    // one the connection that it gives ends at once. A thread of brood's own in the process that accepted passes the
    // bytes on: the connection works, in whatever process, as long as that process lives. Python has no such clients.
    std::optional<tls_options> tls = {};
};

// Options of connect(); they mean what those of the listener mean. Whether a key is asked for is agreed beforehand:
// both sides give one, or neither.
struct connect_options {
    std::optional<std::string> authkey = {};
    std::chrono::nanoseconds handshake_timeout = std::chrono::seconds(10);
    std::optional<std::size_t> max_message = {};
    // A peer that has no certificate that is accepted here, or does not accept this side's, is an authentication_error,
    // the latter perhaps only when the connection is used.
    std::optional<tls_options> tls = {};
};

namespace detail {
class listener_core;
}

// Listens at an address from its construction until close() or its destruction. Clients of CPython's
// multiprocessing.connection.Client are as welcome as brood::connect.
//
// Clients prove that they know the key while accept() runs; several do so at the same time, so that a slow one holds
// nobody back. It does not cross to other processes. Move-only. Threads: accept() may be called from several threads,
// which take turns; close() from another thread ends it.
// Errors: use after close() throws std::logic_error, also from an accept() that was under way. What the system refuses
// (an address in use, no more descriptors) throws brood::error with its code; after that accept() may be tried again.
class BROOD_API listener {
public:
    explicit listener(const brood::address& where, listener_options options = {});
    listener(listener&& other) noexcept;
    listener& operator=(listener&& other) noexcept;
    ~listener();

    // Blocks until a client has connected and, where there is a key, has proved that it knows it. A client that fails
    // to (a wrong key, no handshake at all, not in time) throws authentication_error; the listener goes on: call again.
    byte_connection accept() { return *accept_next(nullptr); }
    // The same for a limited time; empty when it was over.
    template <class Rep, class Period>
    std::optional<byte_connection> accept_for(const std::chrono::duration<Rep, Period>& timeout) {
        return accept_until(detail::time_after(timeout));
    }
    std::optional<byte_connection> accept_until(std::chrono::steady_clock::time_point time) {
        return accept_next(&time);
    }

    // Where it listens: with the port that the system chose.
    const brood::address& address() const;
    // Stops listening, also for accept() in another thread; clients that were not accepted yet see the end of their
    // connection, accepted ones are not touched. A socket file is removed. Twice is fine.
    void close() noexcept;
    bool is_open() const noexcept;

    // For brood itself.
    void join_wait(detail::wait_set& set) const;

private:
    std::optional<byte_connection> accept_next(const std::chrono::steady_clock::time_point* time);
    detail::listener_core& open_core() const;
    std::shared_ptr<detail::listener_core> core_;
};

// Connects to where a process of brood or Python listens. Blocks until the connection is made and, with a key, both
// sides have proved that they know it. Throws brood::error when nobody listens there, and authentication_error when the
// other side does not know the key, does not accept this one, or does not do its part in time.
// Looking up the name of a host takes as long as the system wants. Windows, by a local name: one client can connect
// before accept() runs, the next ones wait until it does.
BROOD_API byte_connection connect(const address& where, const connect_options& options = {});
// The same until a time, handshake included; empty when it came first.
BROOD_API std::optional<byte_connection> connect_until(const address& where, std::chrono::steady_clock::time_point time,
                                                       const connect_options& options = {});
// The same for so long, handshake included; empty when the time was over first.
template <class Rep, class Period>
std::optional<byte_connection> connect_for(const address& where, const std::chrono::duration<Rep, Period>& timeout,
                                           const connect_options& options = {}) {
    return connect_until(where, detail::time_after(timeout), options);
}

}  // namespace brood
