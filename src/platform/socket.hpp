// SPDX-License-Identifier: MIT
// The contract of platform.hpp, continued: links between processes that may be strangers to each other, and who listens
// for them. The rules of platform.hpp hold here too.
#pragma once

#include "platform/platform.hpp"

#include <atomic>
#include <memory>

namespace brood::platform {

// How a link carries bytes: as one stream, or (Windows named pipes) as messages whose bounds the system keeps.
enum class link_kind : std::uint8_t { stream, messages };

// One end of a two-way connection. Move-only. Its handle is the program's: a forked child has it too.
// One thread may send while another receives.
class link {
public:
    link() noexcept = default;
    // Takes ownership of a handle, such as one that came from another process.
    link(handle_t handle, link_kind kind);
    link(link&& other) noexcept;
    link& operator=(link&& other) noexcept;
    ~link() { reset(); }

    handle_t handle() const noexcept { return handle_; }
    link_kind kind() const noexcept { return kind_; }
    explicit operator bool() const noexcept { return handle_ != no_handle(); }
    // Closes. What was sent and not read yet can still be read on the other side.
    void reset() noexcept;
    // Makes the handle one of brood's own: a child that brood forks does not have it.
    void keep_from_forks() const noexcept;
    // To be waited for: ready when there is something to receive, or never will be.
    waitable to_wait_for() const noexcept { return {waitable_kind(), handle_, empty_messages_.get()}; }
    // Windows: waiting for a message takes it away if it is empty. So many were taken and are still to be received.
    std::atomic<unsigned>& empty_messages() const noexcept { return *empty_messages_; }

private:
    waitable::kind waitable_kind() const noexcept {
        return kind_ == link_kind::stream ? waitable::kind::socket : waitable::kind::messages;
    }
    handle_t handle_ = no_handle();
    link_kind kind_ = link_kind::stream;
    std::unique_ptr<std::atomic<unsigned>> empty_messages_;
};

struct link_pair {
    link first, second;
};
// Two ends that are connected with each other: a socket pair, or (Windows) a pipe of messages.
link_pair make_link_pair();

// What came of moving bytes.
struct moved {
    io_result result = io_result::ok;
    std::size_t bytes = 0;  // so many went, whatever the result
    bool more = false;      // received part of a message that goes on
};
// A stream: sends all of the parts in order. A pipe of messages: sends them as one message, all or nothing; of more
// than 4 GiB it throws std::errc::message_size. Blocks while the peer is slow. `end`: the peer is gone.
moved link_send(const link& to, std::span<const std::span<const std::byte>> parts, deadline until);
// A stream: receives as much as is there, at least a byte; `into` must not be empty. A pipe of messages: receives from
// the next message, or more of the one that is under way; an empty message gives 0 bytes. `end`: nothing will come
// any more; a peer that was killed ends the stream like one that closed.
moved link_receive(const link& from, std::span<std::byte> into, deadline until);

// Something that strangers can connect to.
class acceptor {
public:
    virtual ~acceptor() = default;
    // Ready when try_accept() may give something.
    virtual waitable to_wait_for() const = 0;
    // The next who has connected; never blocks. Empty when nobody is there, or has left already.
    virtual link try_accept() = 0;
};

// Listens on a TCP port of this machine: of the interface `host`, of all for an empty one. Port 0: the system chooses,
// and `port` becomes what it chose. IPv4 where the host has such an address, else IPv6. Looking up a name may block.
std::unique_ptr<acceptor> listen_tcp(const std::string& host, std::uint16_t& port);
// Listens for processes of this machine. An absolute path is that of an AF_UNIX socket (Windows:
// std::errc::address_family_not_supported), removed when the acceptor goes; one that a dead process left there is
// replaced. Another name is that of an abstract socket (Linux), a socket in the folder for temporary files (macOS) or a
// named pipe (Windows). Taken already: std::errc::address_in_use.
std::unique_ptr<acceptor> listen_local(const std::string& name);
// Connects; an empty link when the deadline came first. Nobody listens there: throws at once.
link connect_tcp(const std::string& host, std::uint16_t port, deadline until);
link connect_local(const std::string& name, deadline until);

// ---- what a handshake needs -----------------------------------------------------------------------------------------

// Digests that a peer may ask for.
enum class digest : std::uint8_t { md5, sha256, sha384, sha3_256, sha3_384 };
// HMAC of the message; nullopt when this system does not have the digest. Linux: the first call loads libcrypto.
std::optional<std::string> hmac(digest which, std::string_view key, std::string_view message);
// Random bytes that cannot be foreseen.
std::string random_bytes(std::size_t count);

}  // namespace brood::platform
