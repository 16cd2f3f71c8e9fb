// SPDX-License-Identifier: MIT
// Links: pipes of messages between processes of this machine, and sockets. Both take overlapped reads and writes, which
// can be given up when the time is over and whose end is told apart from others' reads of the same object.
#include "platform/windows/winsock.hpp"

#include "platform/socket.hpp"
#include "platform/windows/message_pipe.hpp"
#include "platform/windows/overlapped.hpp"

#include <algorithm>
#include <numeric>
#include <system_error>

namespace brood::platform {

namespace windows {

namespace {

constexpr std::size_t largest_transfer = 1 << 20;

// Whether the outcome is there before the time is over.
bool wait_for(const overlapped_io& io, const deadline& until) {
    while (io.pending()) {
        const DWORD result = WaitForSingleObject(io.event(), milliseconds_until(until));
        if (result == WAIT_FAILED) throw_last_error("WaitForSingleObject");
        if (result == WAIT_OBJECT_0) break;
        if (passed(until)) return false;
    }
    return true;
}

bool says_link_end(DWORD error) {
    switch (error) {
        case ERROR_BROKEN_PIPE:
        case ERROR_NO_DATA:
        case ERROR_PIPE_NOT_CONNECTED:
        case ERROR_NETNAME_DELETED:
        case ERROR_CONNECTION_ABORTED:
        case ERROR_GRACEFUL_DISCONNECT:
        case WSAECONNRESET:
        case WSAECONNABORTED:
        case WSAENOTCONN:
        case WSAESHUTDOWN:
        case WSAEDISCON: return true;
        default: return false;
    }
}

moved outcome_of(overlapped_io& io, const deadline& until) {
    const bool came = wait_for(io, until);
    const auto [error, bytes] = came ? io.finish() : io.cancel();
    if (error == ERROR_SUCCESS) return {io_result::ok, bytes, false};
    if (error == ERROR_MORE_DATA) return {io_result::ok, bytes, true};
    if (error == ERROR_OPERATION_ABORTED && !came) return {io_result::timeout, bytes, false};
    if (says_link_end(error)) return {io_result::end, bytes, false};
    throw_error(error, "a connection");
}

moved write_one(HANDLE to, std::span<const std::byte> bytes, const deadline& until) {
    overlapped_io io(to);
    io.write(bytes.data(), static_cast<DWORD>(bytes.size()));
    return outcome_of(io, until);
}

moved write_all(HANDLE to, std::span<const std::byte> bytes, const deadline& until) {
    moved sum;
    while (!bytes.empty() && sum.result == io_result::ok) {
        const moved done = write_one(to, bytes.first(std::min(bytes.size(), largest_transfer)), until);
        sum.result = done.result;
        sum.bytes += done.bytes;
        bytes = bytes.subspan(done.bytes);
    }
    return sum;
}

// Small parts go as one.
constexpr std::size_t worth_joining = 32 * 1024;

std::vector<std::byte> join(std::span<const std::span<const std::byte>> parts, std::size_t size) {
    std::vector<std::byte> all;
    all.reserve(size);
    for (const auto part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

moved send_message(HANDLE to, std::span<const std::span<const std::byte>> parts, std::size_t size,
                   const deadline& until) {
    if (size > 0xffffffffu)
        throw std::system_error(std::make_error_code(std::errc::message_size), "a message for a pipe");
    return parts.size() == 1 ? write_one(to, parts.front(), until) : write_one(to, join(parts, size), until);
}

moved send_stream(HANDLE to, std::span<const std::span<const std::byte>> parts, std::size_t size,
                  const deadline& until) {
    if (size <= worth_joining) return write_all(to, join(parts, size), until);
    moved sum;
    for (const auto part : parts) {
        const moved done = write_all(to, part, until);
        sum.bytes += done.bytes;
        sum.result = done.result;
        if (sum.result != io_result::ok) break;
    }
    return sum;
}

}  // namespace

}  // namespace windows

using namespace windows;

void link::keep_from_forks() const noexcept {}

void link::reset() noexcept {
    const handle_t handle = std::exchange(handle_, no_handle());
    if (handle == no_handle()) return;
    if (kind_ == link_kind::stream)
        closesocket(to_socket(handle));
    else
        close_handle(handle);
    empty_messages_.reset();
}

link_pair make_link_pair() {
    auto [first, second] = make_message_pipe();
    return {link(first.release(), link_kind::messages), link(second.release(), link_kind::messages)};
}

moved link_send(const link& to, std::span<const std::span<const std::byte>> parts, deadline until) {
    const std::size_t size = std::accumulate(parts.begin(), parts.end(), std::size_t{0},
                                             [](std::size_t sum, auto part) { return sum + part.size(); });
    return to.kind() == link_kind::messages ? send_message(to.handle(), parts, size, until)
                                            : send_stream(to.handle(), parts, size, until);
}

moved link_receive(const link& from, std::span<std::byte> into, deadline until) {
    overlapped_io io(from.handle());
    io.read(into.data(), static_cast<DWORD>(std::min(into.size(), largest_transfer)));
    moved got = outcome_of(io, until);
    if (from.kind() == link_kind::stream && got.result == io_result::ok && got.bytes == 0) got.result = io_result::end;
    return got;
}

}  // namespace brood::platform
