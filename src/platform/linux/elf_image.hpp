// SPDX-License-Identifier: MIT
// What the program headers of an ELF image in memory tell.
#pragma once

#include <link.h>

#include <cstdint>
#include <span>
#include <string_view>

namespace brood::platform {

// One program or library as the loader mapped it.
struct elf_image {
    std::span<const ElfW(Phdr)> headers;
    std::uintptr_t bias = 0;  // what is added to the addresses that its headers give
    const char* name = "";    // as the loader knows it; empty for the program
    bool program = false;
};

struct address_range {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
};

// The smallest range that holds all executable segments; empty when there are none.
address_range code_of(const elf_image& image) noexcept;
// The bytes of the GNU build id note, which lie in the image; empty when there is none.
std::string_view build_id_note(const elf_image& image) noexcept;
// True when a loaded segment holds the address.
bool holds(const elf_image& image, std::uintptr_t address) noexcept;

}  // namespace brood::platform
