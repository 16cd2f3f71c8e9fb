// SPDX-License-Identifier: MIT
#include "process/blocks.hpp"

#include "process/this_process.hpp"

#include <cstdlib>
#include <cstring>

namespace brood::detail {
namespace {

// The body of `block_wanted`: which block, and where its reader wants it.
struct wanted_block {
    std::uint64_t index;
    std::uint64_t address;
    std::uint64_t size;
    std::uint64_t only_copied;  // the reader has another way if the other process cannot write there
};

std::string_view text_of(const wanted_block& wanted) { return {reinterpret_cast<const char*>(&wanted), sizeof wanted}; }

wanted_block parse(const message& received, std::span<const std::span<const std::byte>> blocks) {
    wanted_block wanted{};
    if (received.body.size != sizeof wanted) throw bootstrap_error("a request for a block is malformed");
    std::memcpy(&wanted, received.body.data.get(), sizeof wanted);
    if (wanted.index >= blocks.size() || blocks[wanted.index].size() != wanted.size)
        throw bootstrap_error("a request names a block that does not exist");
    return wanted;
}

// Asks for a block over the channel. False: the other process is gone, or refuses.
bool ask(wire& peer, std::size_t index, std::span<std::byte> into, bool only_copied = false) {
    const wanted_block wanted{index, reinterpret_cast<std::uintptr_t>(into.data()), into.size(), only_copied};
    message answer;
    if (!peer.send(message_kind::block_wanted, text_of(wanted))) return false;
    if (peer.receive(answer) != platform::io_result::ok) return false;
    if (answer.kind == message_kind::block_copied) return true;
    return answer.kind == message_kind::block_sent && peer.receive_bytes(into);
}

[[noreturn]] void throw_lost() { throw serialization_error("the other process ended while a large block was read"); }

bool send_block(wire& peer, std::span<const std::byte> block) {
    return peer.send(message_kind::block_sent) && peer.send_bytes(block);
}

}  // namespace

native_handle_type received_handles::take(std::size_t index) {
    if (index >= handles_.size() || !handles_[index])
        throw serialization_error("a value names a handle that did not come with it");
    return handles_[index].release();
}

void requested_blocks::read(std::size_t index, std::span<std::byte> into) {
    if (!ask(parent_, index, into)) throw_lost();
}

void fetched_blocks::read(std::size_t index, std::span<std::byte> into) {
    if (direct_copy_allowed()) {
        // To be read, pages that a forked child has in common with this process would first be copied within the child.
        if (child_.forked && ask(wire_, index, into, true)) return;
        if (platform::copy_from_process(child_, places_.at(index).address, into)) return;
    }
    if (ask(wire_, index, into)) return;
    lost_ = true;
    throw_lost();
}

bool serve_block(wire& child_wire, const platform::child& child, const message& received,
                 std::span<const std::span<const std::byte>> blocks) {
    const auto wanted = parse(received, blocks);
    if (direct_copy_allowed() && platform::copy_to_process(child, wanted.address, blocks[wanted.index]))
        return child_wire.send(message_kind::block_copied);
    return send_block(child_wire, blocks[wanted.index]);
}

bool serve_block(wire& parent, const message& received, std::span<const std::span<const std::byte>> blocks) {
    const auto wanted = parse(received, blocks);
    if (wanted.only_copied == 0) return send_block(parent, blocks[wanted.index]);
    platform::child above;
    above.pid = this_process::get().parent_pid();
    const bool copied = platform::copy_to_process(above, wanted.address, blocks[wanted.index]);
    return parent.send(copied ? message_kind::block_copied : message_kind::block_refused);
}

bool direct_copy_allowed() {
    static const bool allowed = std::getenv("BROOD_NO_DIRECT_COPY") == nullptr;
    return allowed;
}

}  // namespace brood::detail
