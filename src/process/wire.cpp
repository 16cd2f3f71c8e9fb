// SPDX-License-Identifier: MIT
#include "process/wire.hpp"
#include "base/child_path.hpp"

#include <brood/error.hpp>

namespace brood::detail {
namespace {

using platform::io_result;

constexpr std::uint32_t magic = 0x444f5242;  // "BROD"
constexpr std::uint16_t version = 1;

std::span<const std::byte> bytes_of(const void* data, std::size_t size) {
    return {static_cast<const std::byte*>(data), size};
}

std::vector<block_place> places_of(std::span<const std::span<const std::byte>> blocks) {
    std::vector<block_place> places;
    for (const auto& block : blocks) places.push_back({reinterpret_cast<std::uintptr_t>(block.data()), block.size()});
    return places;
}

}  // namespace

BROOD_CHILD_PATH frame_head make_frame_head(message_kind kind, std::uint64_t body) noexcept {
    return {magic, version, kind, body, 0, 0};
}

BROOD_CHILD_PATH bool wire::send(const outgoing& what, platform::deadline until) {
    if (!is_open()) return false;
    std::uint64_t size = 0;
    for (const auto& part : what.body) size += part.size();
    frame_head head = make_frame_head(what.kind, size);
    head.blocks = static_cast<std::uint32_t>(what.blocks.size());
    head.handles = static_cast<std::uint32_t>(what.handles.size());
    const auto places = places_of(what.blocks);
    std::vector<std::span<const std::byte>> parts = {bytes_of(&head, sizeof head)};
    if (!what.handles.empty()) {
        if (platform::channel_write(channel_.get(), parts, peer_, until) != io_result::ok) return false;
        if (platform::channel_send_handles(channel_.get(), what.handles, peer_) != io_result::ok) return false;
        parts.clear();
    }
    parts.push_back(bytes_of(places.data(), places.size() * sizeof(block_place)));
    parts.insert(parts.end(), what.body.begin(), what.body.end());
    return platform::channel_write(channel_.get(), parts, peer_, until) == io_result::ok;
}

BROOD_CHILD_PATH bool wire::send(message_kind kind, std::string_view body) {
    const auto part = bytes_of(body.data(), body.size());
    return send({.kind = kind, .body = {&part, 1}});
}

BROOD_CHILD_PATH io_result wire::receive(message& into, platform::deadline until) {
    into = {};
    if (!is_open()) return io_result::end;
    frame_head head{};
    const auto read = [&](void* to, std::size_t size) {
        return platform::channel_read(channel_.get(), {static_cast<std::byte*>(to), size}, peer_, until);
    };
    if (auto r = read(&head, sizeof head); r != io_result::ok) return r;
    if (head.magic != magic || head.version != version)
        throw bootstrap_error(
            "the other process does not speak this version of brood's protocol: is it another program?");
    into.kind = head.kind;
    if (head.handles > 0) {
        const auto r = platform::channel_receive_handles(channel_.get(), head.handles, into.handles, peer_, until);
        if (r != io_result::ok) return r;
    }
    into.blocks.resize(head.blocks);
    if (auto r = read(into.blocks.data(), into.blocks.size() * sizeof(block_place)); r != io_result::ok) return r;
    into.body.data = std::make_unique_for_overwrite<std::byte[]>(head.body);
    into.body.size = head.body;
    return read(into.body.data.get(), into.body.size);
}

bool wire::send_bytes(std::span<const std::byte> bytes) {
    return platform::channel_write(channel_.get(), {&bytes, 1}, peer_, {}) == io_result::ok;
}

bool wire::receive_bytes(std::span<std::byte> into) {
    return platform::channel_read(channel_.get(), into, peer_, {}) == io_result::ok;
}

}  // namespace brood::detail
