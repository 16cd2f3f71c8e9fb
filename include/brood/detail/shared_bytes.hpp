// SPDX-License-Identifier: MIT
// Bytes that lie in an object in shared memory and do not change.
#pragma once

#include <brood/detail/shared_object.hpp>
#include <brood/export.hpp>

#include <cstddef>
#include <span>
#include <utility>

namespace brood::detail {

class BROOD_API shared_bytes {
public:
    shared_bytes() noexcept = default;
    // Bytes of an object of any kind that somebody else made; they stay as long as the object.
    shared_bytes(shared_object owner, std::span<const std::byte> bytes) noexcept
        : owner_(std::move(owner)), bytes_(bytes) {}
    // A copy, aligned to 64 bytes. Throws std::bad_alloc.
    static shared_bytes copy_of(std::span<const std::byte> bytes);

    std::span<const std::byte> get() const noexcept { return bytes_; }

    // Crosses as a place, in constant time.
    void save(output_archive& archive) const;
    static shared_bytes load(input_archive& archive);

private:
    shared_object owner_;
    std::span<const std::byte> bytes_;
};

}  // namespace brood::detail
