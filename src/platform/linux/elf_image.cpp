// SPDX-License-Identifier: MIT
#include "platform/linux/elf_image.hpp"
#include "base/child_path.hpp"

#include <elf.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace brood::platform {
namespace {

std::string_view memory(std::uintptr_t begin, std::size_t size) noexcept {
    return {reinterpret_cast<const char*>(begin), size};
}

constexpr std::size_t round_up(std::size_t size, std::size_t alignment) noexcept {
    return (size + alignment - 1) / alignment * alignment;
}

// Looks through the notes of one segment. A note is a header, a name and a description, each padded.
std::string_view build_id_in(std::string_view notes, std::size_t alignment) noexcept {
    constexpr std::string_view owner("GNU", 4);  // with its final zero
    while (notes.size() >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        std::memcpy(&header, notes.data(), sizeof header);
        const std::size_t content = sizeof header + round_up(header.n_namesz, alignment);
        if (content > notes.size() || header.n_descsz > notes.size() - content) return {};
        const bool ours = notes.substr(sizeof header, header.n_namesz) == owner;
        if (ours && header.n_type == NT_GNU_BUILD_ID) return notes.substr(content, header.n_descsz);
        notes.remove_prefix(std::min(notes.size(), content + round_up(header.n_descsz, alignment)));
    }
    return {};
}

}  // namespace

BROOD_CHILD_PATH address_range code_of(const elf_image& image) noexcept {
    address_range code;
    for (const auto& header : image.headers) {
        if (header.p_type != PT_LOAD || !(header.p_flags & PF_X)) continue;
        const std::uintptr_t begin = image.bias + header.p_vaddr;
        if (code.end == 0) code.begin = begin;
        code.begin = std::min(code.begin, begin);
        code.end = std::max(code.end, begin + header.p_memsz);
    }
    return code;
}

std::string_view build_id_note(const elf_image& image) noexcept {
    for (const auto& header : image.headers) {
        if (header.p_type != PT_NOTE) continue;
        const auto notes = memory(image.bias + header.p_vaddr, header.p_memsz);
        const auto id = build_id_in(notes, header.p_align == 8 ? 8 : 4);
        if (!id.empty()) return id;
    }
    return {};
}

bool holds(const elf_image& image, std::uintptr_t address) noexcept {
    return std::ranges::any_of(image.headers, [&](const auto& header) {
        return header.p_type == PT_LOAD && address - (image.bias + header.p_vaddr) < header.p_memsz;
    });
}

}  // namespace brood::platform
