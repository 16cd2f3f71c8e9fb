// SPDX-License-Identifier: MIT
#include "pool/task_bytes.hpp"

#include "arena/references.hpp"

#include <numeric>

namespace brood::pools {

detail::task_bytes pack(const output_archive& archive) {
    const auto bytes = archive.bytes();
    if (bytes.size() > most_small || !archive.blocks().empty() || !archive.shared_objects().empty())
        return {{}, channel::make_message(archive)};
    return {{reinterpret_cast<const char*>(bytes.data()), bytes.size()}, nullptr};
}

std::span<const std::byte> view(const detail::task_bytes& held) noexcept {
    if (!held.message) return std::as_bytes(std::span(held.bytes));
    return channel::view_message(held.message->bytes()).bytes.subspan(sizeof(report_head));
}

std::uint64_t size_of(const detail::task_bytes& held) noexcept {
    if (!held.message) return held.bytes.size();
    const auto message = channel::view_message(held.message->bytes());
    return std::accumulate(message.sizes.begin(), message.sizes.end(), std::uint64_t{message.bytes.size()});
}

std::string_view text_of(const detail::taken_value& taken) noexcept {
    const auto bytes = taken.bytes().subspan(sizeof(report_head));
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

detail::task_bytes keep(const detail::taken_value& taken) {
    if (taken.message()) return {{}, taken.message()};
    return {std::string(text_of(taken)), nullptr};
}

}  // namespace brood::pools
