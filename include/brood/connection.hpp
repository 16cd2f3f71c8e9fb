// SPDX-License-Identifier: MIT
// Messages of bytes between two processes, which may also be strangers to each other, or Python programs.
#pragma once

#include <brood/config.hpp>
#include <brood/detail/timeout.hpp>
#include <brood/detail/waitable.hpp>
#include <brood/export.hpp>

#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

namespace brood {

class output_archive;
class input_archive;

namespace detail {
class connection_core;
}

// A message does not fit into the memory that it was to be received into. It is not lost: recv_bytes() gives it.
class BROOD_API buffer_too_short : public std::length_error {
public:
    explicit buffer_too_short(std::size_t message_size);
    // Of the message that waits.
    std::size_t message_size() const noexcept { return message_size_; }

private:
    std::size_t message_size_;
};

// One end of a two-way connection that carries messages of bytes: of any length, none included; each send_bytes() is
// received by one recv_bytes(). byte_pipe(), listener::accept() and connect() make connections.
//
// Copies share one connection, which is closed by close() or with the last copy. Sent to another process, in any of the
// ways of brood::handle, it arrives there as an end of the same connection, and the sender keeps its own. When the last
// process that holds an end has closed it or has ended, however it ended, the other side gets end_of_stream at once.
//
// On the wire it is CPython's multiprocessing.connection: on sockets a length and the bytes, on Windows between
// processes of one machine a pipe of messages.
//
// Threads: one at a time sends and one at a time receives; others wait for their turn. Processes that hold the same
// end must themselves see to it that one at a time receives, and one at a time sends: messages would mix.
// Fork: a forked child holds every connection of its parent open, so the other side sees the end when both are gone.
// Errors: an empty or closed connection throws std::logic_error. What the system refuses throws brood::error.
class BROOD_API byte_connection {
public:
    // As long a message as there is memory for.
    static constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

    byte_connection() noexcept = default;

    // Sends a message. Blocks while the other side is slow and the system's buffers are full. Throws end_of_stream when
    // nobody can receive it any more; part of it may then have been sent.
    // Windows, between processes of one machine: of more than 4 GiB it throws brood::error (std::errc::message_size).
    void send_bytes(std::span<const std::byte> message) const { send(message, nullptr); }
    void send_bytes(std::string_view message) const { send(bytes_of(message), nullptr); }
    // The same for a limited time; false when it was over before any of the message was sent. When it was over in the
    // middle, the connection is closed, because what follows would not be understood, and timeout_error thrown.
    template <class Rep, class Period>
    bool send_bytes_for(std::span<const std::byte> message, const std::chrono::duration<Rep, Period>& timeout) const {
        return send_bytes_until(message, detail::time_after(timeout));
    }
    template <class Rep, class Period>
    bool send_bytes_for(std::string_view message, const std::chrono::duration<Rep, Period>& timeout) const {
        return send_bytes_until(message, detail::time_after(timeout));
    }
    bool send_bytes_until(std::span<const std::byte> message, std::chrono::steady_clock::time_point time) const {
        return send(message, &time);
    }
    bool send_bytes_until(std::string_view message, std::chrono::steady_clock::time_point time) const {
        return send(bytes_of(message), &time);
    }

    // Receives a message. Blocks until there is one. Throws end_of_stream when nothing will come any more, and
    // brood::error when the connection ended inside a message or the other side sends no messages.
    // A message longer than `most`, or than the connection's own limit (listener_options, connect_options), throws
    // std::length_error. After these two the connection is closed.
    std::vector<std::byte> recv_bytes(std::size_t most = no_limit) const { return *receive(most, nullptr); }
    // The same for a limited time: empty when it was over. What had come of a message is kept for the next call.
    template <class Rep, class Period>
    std::optional<std::vector<std::byte>> recv_bytes_for(const std::chrono::duration<Rep, Period>& timeout,
                                                         std::size_t most = no_limit) const {
        return recv_bytes_until(detail::time_after(timeout), most);
    }
    std::optional<std::vector<std::byte>> recv_bytes_until(std::chrono::steady_clock::time_point time,
                                                           std::size_t most = no_limit) const {
        return receive(most, &time);
    }
    // The same without waiting.
    std::optional<std::vector<std::byte>> try_recv_bytes(std::size_t most = no_limit) const {
        return recv_bytes_until(std::chrono::steady_clock::time_point::min(), most);
    }

    // Receives a message into the caller's memory and gives its size. Throws buffer_too_short when it does not fit; it
    // is then still there to be received.
    std::size_t recv_bytes_into(std::span<std::byte> into) const { return *receive_into(into, nullptr); }
    template <class Rep, class Period>
    std::optional<std::size_t> recv_bytes_into_for(std::span<std::byte> into,
                                                   const std::chrono::duration<Rep, Period>& timeout) const {
        return recv_bytes_into_until(into, detail::time_after(timeout));
    }
    std::optional<std::size_t> recv_bytes_into_until(std::span<std::byte> into,
                                                     std::chrono::steady_clock::time_point time) const {
        return receive_into(into, &time);
    }

    // Whether there is something to receive, or nothing will come any more. Waits for that long.
    bool poll() const { return poll_until(std::chrono::steady_clock::time_point::min()); }
    template <class Rep, class Period>
    bool poll(const std::chrono::duration<Rep, Period>& timeout) const {
        return poll_until(detail::time_after(timeout));
    }
    bool poll_until(std::chrono::steady_clock::time_point time) const { return wait(&time); }

    // Closes the connection for all copies in this process; twice is fine. A call that another thread has under way
    // ends by itself, and the system's handle is closed after it. What was sent can still be received.
    void close() const noexcept;
    bool is_open() const noexcept;
    explicit operator bool() const noexcept { return is_open(); }
    // A socket; Windows, between processes of one machine: a pipe. Owned by this object.
    native_handle_type native_handle() const;

    void save(output_archive& archive) const;
    void load(input_archive& archive);

    // For brood itself.
    void join_wait(detail::wait_set& set) const;
    explicit byte_connection(std::shared_ptr<detail::connection_core> core) noexcept : core_(std::move(core)) {}
    const std::shared_ptr<detail::connection_core>& core() const noexcept { return core_; }

private:
    static std::span<const std::byte> bytes_of(std::string_view text) noexcept {
        return std::as_bytes(std::span(text));
    }
    // A null time: never.
    bool send(std::span<const std::byte> message, const std::chrono::steady_clock::time_point* time) const;
    std::optional<std::vector<std::byte>> receive(std::size_t most,
                                                  const std::chrono::steady_clock::time_point* time) const;
    std::optional<std::size_t> receive_into(std::span<std::byte> into,
                                            const std::chrono::steady_clock::time_point* time) const;
    bool wait(const std::chrono::steady_clock::time_point* time) const;
    detail::connection_core& open_core() const;

    std::shared_ptr<detail::connection_core> core_;
};

// Two ends that are connected with each other. Both send and receive. Throws brood::error when the system has no more.
BROOD_API std::pair<byte_connection, byte_connection> byte_pipe();

}  // namespace brood
