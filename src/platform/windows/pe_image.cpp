// SPDX-License-Identifier: MIT
#include "platform/windows/pe_image.hpp"

#include <algorithm>

namespace brood::platform::windows {

std::span<const std::byte> byte_view::part(std::size_t offset, std::size_t size) const noexcept {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return {};
    return bytes_.subspan(offset, size);
}

std::string_view byte_view::text(std::size_t offset, std::size_t limit) const noexcept {
    if (offset >= bytes_.size()) return {};
    const auto bytes = bytes_.subspan(offset, std::min(limit, bytes_.size() - offset));
    const auto size = std::ranges::find(bytes, std::byte{0}) - bytes.begin();
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(size)};
}

std::optional<pe_headers> pe_headers::read(byte_view bytes) noexcept {
    const auto dos = bytes.get<IMAGE_DOS_HEADER>(0);
    if (!dos || dos->e_magic != IMAGE_DOS_SIGNATURE || dos->e_lfanew < 0) return std::nullopt;
    const auto at = static_cast<std::size_t>(dos->e_lfanew);
    const auto nt = bytes.get<IMAGE_NT_HEADERS>(at);
    if (!nt || nt->Signature != IMAGE_NT_SIGNATURE) return std::nullopt;
    if (nt->OptionalHeader.Magic != IMAGE_NT_OPTIONAL_HDR_MAGIC) return std::nullopt;
    pe_headers headers;
    headers.bytes_ = bytes;
    headers.nt_ = *nt;
    headers.sections_ = at + offsetof(IMAGE_NT_HEADERS, OptionalHeader) + nt->FileHeader.SizeOfOptionalHeader;
    return headers;
}

std::optional<IMAGE_SECTION_HEADER> pe_headers::section(std::size_t number) const noexcept {
    if (number >= section_count()) return std::nullopt;
    return bytes_.get<IMAGE_SECTION_HEADER>(sections_ + number * sizeof(IMAGE_SECTION_HEADER));
}

IMAGE_DATA_DIRECTORY pe_headers::directory(std::size_t number) const noexcept {
    const auto count = std::min<std::size_t>(nt_.OptionalHeader.NumberOfRvaAndSizes, IMAGE_NUMBEROF_DIRECTORY_ENTRIES);
    return number < count ? nt_.OptionalHeader.DataDirectory[number] : IMAGE_DATA_DIRECTORY{};
}

}  // namespace brood::platform::windows
