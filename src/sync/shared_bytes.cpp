// SPDX-License-Identifier: MIT
#include <brood/detail/shared_bytes.hpp>

#include "arena/references.hpp"
#include "platform/bulk_memory.hpp"

namespace brood::detail {

shared_bytes shared_bytes::copy_of(std::span<const std::byte> bytes) {
    if (bytes.empty()) return {};
    auto owner = shared_object::of(arena::make_object(arena::kind::bytes, bytes.size(), [](void*) {}));
    auto* const copy = static_cast<std::byte*>(owner.bytes());
    platform::copy_memory(copy, bytes.data(), bytes.size());
    return {std::move(owner), {copy, bytes.size()}};
}

// The owner comes last: what kind it is must be known to hold it.
void shared_bytes::save(output_archive& archive) const {
    std::uint64_t kind = 0, at = 0;
    if (owner_) {
        kind = arena::head_of(owner_.held()->block()).kind;
        at = static_cast<std::uint64_t>(bytes_.data() - static_cast<const std::byte*>(owner_.bytes()));
    }
    save_value(archive, kind);
    save_value(archive, at);
    save_value(archive, static_cast<std::uint64_t>(bytes_.size()));
    owner_.save(archive);
}

shared_bytes shared_bytes::load(input_archive& archive) {
    const auto kind = static_cast<arena::kind>(load_value<std::uint64_t>(archive));
    const auto at = load_value<std::uint64_t>(archive), size = load_value<std::uint64_t>(archive);
    auto owner = shared_object::load(archive, kind);
    if (!owner) return {};
    const std::uint64_t all = arena::head_of(owner.held()->block()).size;
    if (at > all || size > all - at) throw serialization_error("bytes beyond the end of a shared object");
    const auto* const begin = static_cast<const std::byte*>(owner.bytes()) + at;
    return {std::move(owner), {begin, static_cast<std::size_t>(size)}};
}

}  // namespace brood::detail
