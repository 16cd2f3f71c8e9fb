// SPDX-License-Identifier: MIT
// A pipe is one queue for each direction, and two ends, which hold references to them. When an end is cleared, since
// no process and no message refers to it any more, the queue that it wrote is closed and the one that it read is
// unread.
#include "channel/kinds.hpp"
#include "channel/queue_state.hpp"

#include <brood/detail/pipe_core.hpp>
#include <brood/error.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace brood::channel {
namespace {

// Words of the end's head: its queues, 0 where it has none.
constexpr std::size_t in_word = 0, out_word = 1;

arena::offset queue_of(arena::offset end, std::size_t which) noexcept {
    return std::atomic_ref<std::uint64_t>(arena::head_of(end).own[which]).load();
}

void let_go(arena::offset end, std::size_t which) {
    arena::transaction change;
    auto& word = arena::head_of(end).own[which];
    const arena::offset queue = change.read(word);
    if (queue == 0) return;
    change.write(word, 0);
    arena::drop_reference(change, queue);
    change.commit();
}

// Telling twice, after a death, does no harm. The queue lives: this end still refers to it.
bool clear_end(arena::offset end) {
    if (const auto out = queue_of(end, out_word); out != 0) end_writing(queue_at(out));
    if (const auto in = queue_of(end, in_word); in != 0) end_reading(queue_at(in));
    let_go(end, out_word);
    let_go(end, in_word);
    return true;
}

arena::block_handle make_end(arena::offset in, arena::offset out) {
    auto end = arena::make_object(arena::kind::pipe, sizeof(std::uint64_t), [](void*) {});
    arena::transaction change;
    auto& own = arena::head_of(end->block()).own;
    change.write(own[in_word], in);
    change.write(own[out_word], out);
    for (const arena::offset queue : {in, out})
        if (queue != 0) arena::add_reference(change, queue);
    change.commit();
    return end;
}

}  // namespace

void register_pipe_kind() noexcept { arena::register_kind(arena::kind::pipe, {.clear = &clear_end}); }

}  // namespace brood::channel

namespace brood::detail {
namespace {

channel_core core_at(const shared_object& end, std::size_t which) noexcept {
    const arena::offset queue = end ? channel::queue_of(end.held()->block(), which) : 0;
    return channel_core(queue == 0 ? nullptr : &channel::queue_at(queue));
}

}  // namespace

pipe_end::pipe_end(shared_object object) noexcept
    : object_(std::move(object)), in_(core_at(object_, channel::in_word)), out_(core_at(object_, channel::out_word)) {}

std::pair<pipe_end, pipe_end> pipe_end::make(bool both_ways, std::size_t plain_size) {
    const auto there = channel::make_queue(channel::no_capacity, plain_size, true);
    const auto back = both_ways ? channel::make_queue(channel::no_capacity, plain_size, true) : nullptr;
    const arena::offset other = both_ways ? back->block() : 0;
    return {pipe_end(shared_object::of(channel::make_end(there->block(), other))),
            pipe_end(shared_object::of(channel::make_end(other, there->block())))};
}

pipe_end pipe_end::load(input_archive& archive, std::size_t plain_size) {
    channel::register_channels();
    pipe_end loaded(shared_object::load(archive, arena::kind::pipe));
    for (const channel_core& core : {loaded.in_, loaded.out_})
        if (core && core.plain_size() != plain_size)
            throw serialization_error("a connection for values of another type");
    return loaded;
}

void pipe_end::throw_no(const char* only) const {
    if (!is_open()) throw std::logic_error("this end of a pipe was closed or moved from");
    throw std::logic_error(std::string("this end of a one-way pipe only ") + only);
}

void throw_end_of_stream(channel_result why) {
    throw end_of_stream(why == channel_result::closed
                            ? "the other end of the pipe is gone, and everything that it sent was received"
                            : "the other end of the pipe is gone");
}

}  // namespace brood::detail
