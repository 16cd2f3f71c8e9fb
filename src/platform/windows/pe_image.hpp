// SPDX-License-Identifier: MIT
// What the headers of a PE image tell, read with bounds: an image in memory, or the bytes of its file.
#pragma once

#include "platform/windows/win32.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace brood::platform::windows {

// A block of bytes from which values are copied only where they lie inside.
class byte_view {
public:
    byte_view() = default;
    explicit byte_view(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
    std::size_t size() const noexcept { return bytes_.size(); }
    // Empty when the part is not inside.
    std::span<const std::byte> part(std::size_t offset, std::size_t size) const noexcept;
    // Up to a zero byte or the end.
    std::string_view text(std::size_t offset, std::size_t limit) const noexcept;
    template <class T>
    std::optional<T> get(std::size_t offset) const noexcept {
        const auto bytes = part(offset, sizeof(T));
        if (bytes.empty()) return std::nullopt;
        T value;
        __builtin_memcpy(&value, bytes.data(), sizeof value);
        return value;
    }

private:
    std::span<const std::byte> bytes_;
};

// The headers; sections by number. Valid as long as the bytes.
class pe_headers {
public:
    // nullopt when the bytes do not begin with those of an image for this kind of machine.
    static std::optional<pe_headers> read(byte_view bytes) noexcept;
    const IMAGE_NT_HEADERS& nt() const noexcept { return nt_; }
    std::size_t section_count() const noexcept { return nt_.FileHeader.NumberOfSections; }
    std::optional<IMAGE_SECTION_HEADER> section(std::size_t number) const noexcept;
    // Zero when there is none.
    IMAGE_DATA_DIRECTORY directory(std::size_t number) const noexcept;

private:
    byte_view bytes_;
    IMAGE_NT_HEADERS nt_{};
    std::size_t sections_ = 0;
};

}  // namespace brood::platform::windows
