// SPDX-License-Identifier: MIT
// Messages between a process and its child over their channel.
//
//   parent                                  child
//     work                     ->            (its set-up and its target)
//                              <-  block_wanted (for each large block of the arguments; the parent copies it into the
//     block_copied | block_sent ->               child's memory, or sends its bytes)
//                              <-  started | failed
//                              <-  result | exception | crash
//     block_wanted             ->  (for large blocks of the result that the parent does not copy itself)
//                              <-  block_copied | block_refused | block_sent, bytes
//     received                 ->  (when the result has large blocks, handles or shared objects)
//
// Either side may end at any point; the other sees the end of the stream.
#pragma once

#include "platform/platform.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace brood::detail {

enum class message_kind : std::uint16_t {
    work,
    call,
    block_wanted,
    block_copied,
    block_sent,
    started,
    failed,
    result,
    exception,
    crash,
    received,
    ready,
    block_refused
};

// A large block that stays in its owner's memory.
struct block_place {
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

// Bytes that are not zeroed before they are read.
struct byte_buffer {
    std::unique_ptr<std::byte[]> data;
    std::size_t size = 0;
    std::span<const std::byte> bytes() const noexcept { return {data.get(), size}; }
    std::string_view text() const noexcept { return {reinterpret_cast<const char*>(data.get()), size}; }
};

struct message {
    message_kind kind{};
    byte_buffer body;
    std::vector<block_place> blocks;
    std::vector<platform::unique_handle> handles;
};

// What is sent: everything is borrowed.
struct outgoing {
    message_kind kind{};
    std::span<const std::span<const std::byte>> body = {};  // in parts
    std::span<const std::span<const std::byte>> blocks = {};
    std::span<const platform::handle_t> handles = {};
};

// One end of the channel. Used by one thread at a time.
class wire {
public:
    wire() = default;
    // `peer`: this process's handle of the other process, or no_handle() in the child.
    wire(platform::unique_handle channel, platform::handle_t peer) noexcept
        : channel_(std::move(channel)), peer_(peer) {}

    bool is_open() const noexcept { return static_cast<bool>(channel_); }
    void close() noexcept { channel_.reset(); }
    platform::handle_t channel() const noexcept { return channel_.get(); }
    platform::unique_handle& handle() noexcept { return channel_; }
    platform::unique_handle release() noexcept { return std::move(channel_); }

    // false: the peer is gone, or does not read it in time.
    bool send(const outgoing& what, platform::deadline until = {});
    bool send(message_kind kind, std::string_view body = {});
    // `end`: the peer is gone. Throws bootstrap_error when the bytes are not of this protocol.
    platform::io_result receive(message& into, platform::deadline until = {});
    // Bytes beside the messages.
    bool send_bytes(std::span<const std::byte> bytes);
    bool receive_bytes(std::span<std::byte> into);

private:
    platform::unique_handle channel_;
    platform::handle_t peer_ = platform::no_handle();
};

// The head of a message as bytes, for who cannot use `wire` (a crash handler).
struct frame_head {
    std::uint32_t magic;
    std::uint16_t version;
    message_kind kind;
    std::uint64_t body;
    std::uint32_t blocks;
    std::uint32_t handles;
};
frame_head make_frame_head(message_kind kind, std::uint64_t body) noexcept;

}  // namespace brood::detail
