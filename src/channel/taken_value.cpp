// SPDX-License-Identifier: MIT
// A value that was taken out of a queue, and the blocks of a message that it is in.
#include "arena/memory.hpp"
#include "channel/lane.hpp"
#include "channel/message.hpp"
#include "platform/bulk_memory.hpp"

#include <brood/detail/channel_core.hpp>

#include <algorithm>

namespace brood::detail {

std::uint64_t taken_value::size(std::size_t index) { return sizes_[index]; }

// They are read in order.
std::size_t taken_value::begin_of(std::size_t index) noexcept {
    if (index < last_index_) last_index_ = last_begin_ = 0;
    for (; last_index_ < index; ++last_index_) last_begin_ += channel::aligned(sizes_[last_index_]);
    return last_begin_;
}
const std::byte* taken_value::lies_at(std::size_t index) { return blocks_ + begin_of(index); }

std::uint64_t taken_value::wait_for(std::size_t index, std::uint64_t from) {
    const auto begin = begin_of(index);
    return std::min(channel::wait_written(*written_, begin + from, lost_) - begin, sizes_[index]);
}
void taken_value::read(std::size_t index, std::span<std::byte> into) {
    const std::byte* const from = lies_at(index);
    for (std::size_t done = 0; done < into.size();) {
        const auto there = static_cast<std::size_t>(wait_for(index, done));
        platform::copy_memory(into.data() + done, from + done, there - done);
        done = there;
    }
}

void taken_value::set_small(const void* bytes, std::size_t size) noexcept {
    message_.reset();  // of the value that was taken before
    sizes_ = {};
    channel::copy_bytes(small_.data(), bytes, size);
    bytes_ = {small_.data(), size};
}
void taken_value::set_message(std::shared_ptr<arena::held_block> message, const std::atomic<bool>* lost) noexcept {
    if (const auto& head = arena::head_of(message->block());
        head.kind == static_cast<std::uint64_t>(arena::kind::bytes)) {
        bytes_ = {static_cast<const std::byte*>(message->bytes()), static_cast<std::size_t>(head.size)};
        message_ = std::move(message);
        return;
    }
    const auto view = channel::view_message(message->bytes());
    bytes_ = view.bytes;
    sizes_ = view.sizes;
    blocks_ = view.blocks;
    written_ = view.written;
    lost_ = lost;
    last_index_ = last_begin_ = 0;
    message_ = std::move(message);
}

}  // namespace brood::detail
