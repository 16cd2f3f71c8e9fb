// SPDX-License-Identifier: MIT
// Modules by the loader's own tables. An address is looked up without locks (_dl_find_object) and the build id is read
// from the image each time, which is cheaper than keeping a table right while plugins come and go.
#include "base/child_path.hpp"
#include "base/content_hash.hpp"
#include "platform/linux/elf_image.hpp"
#include "platform/linux/module_names.hpp"
#include "platform/platform.hpp"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

namespace brood::platform {
namespace {

// ---- images

std::span<const ElfW(Phdr)> headers_at(const void* image, const void* image_end) noexcept {
    const auto* header = static_cast<const ElfW(Ehdr)*>(image);
    const auto size = static_cast<std::size_t>(static_cast<const char*>(image_end) - static_cast<const char*>(image));
    if (size < sizeof *header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > size) return {};
    if (header->e_phnum > (size - header->e_phoff) / sizeof(ElfW(Phdr))) return {};
    const auto* first = reinterpret_cast<const ElfW(Phdr)*>(static_cast<const char*>(image) + header->e_phoff);
    return {first, header->e_phnum};
}

elf_image image_of(const dl_phdr_info& info, bool program) noexcept {
    const char* name = info.dlpi_name ? info.dlpi_name : "";
    return {{info.dlpi_phdr, info.dlpi_phnum}, info.dlpi_addr, name, program};
}

struct search {
    std::uintptr_t address;
    std::optional<elf_image> found;
    bool first = true;
};

int visit_until_found(dl_phdr_info* info, std::size_t, void* data) noexcept {
    auto& wanted = *static_cast<search*>(data);
    const auto image = image_of(*info, std::exchange(wanted.first, false));
    if (!holds(image, wanted.address)) return 0;
    wanted.found = image;
    return 1;
}

// For a C library without _dl_find_object, and for images whose first page is not their header. Takes the loader's
// lock.
std::optional<elf_image> search_images(std::uintptr_t address) noexcept {
    search wanted{address, std::nullopt};
    dl_iterate_phdr(visit_until_found, &wanted);
    return wanted.found;
}

#if defined(DLFO_STRUCT_HAS_EH_DBASE)  // the C library has _dl_find_object
std::optional<elf_image> find_image(std::uintptr_t address) noexcept {
    dl_find_object object;
    if (_dl_find_object(reinterpret_cast<void*>(address), &object) != 0) return std::nullopt;
    const auto headers = headers_at(object.dlfo_map_start, object.dlfo_map_end);
    if (headers.empty()) return search_images(address);
    const auto* map = object.dlfo_link_map;
    return elf_image{headers, map->l_addr, map->l_name, map->l_prev == nullptr && *map->l_name == '\0'};
}
#else
std::optional<elf_image> find_image(std::uintptr_t address) noexcept { return search_images(address); }
#endif

// ---- images without a build id

// What was hashed before, so that it need not be again. Filled once and never changed; a full table only costs time.
// A library may be replaced by another at the same addresses: so the loader's count of unloaded ones is part of the
// key.
struct hashed_code {
    std::atomic<bool> ready{false};
    address_range code;
    unsigned long long unloaded = 0;
    detail::content_hash::digest digest{};
};
std::array<hashed_code, 64> hashed;
std::atomic<std::size_t> hashed_count{0};

unsigned long long count_unloaded() noexcept {
    unsigned long long count = 0;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) noexcept {
            *static_cast<unsigned long long*>(data) = info->dlpi_subs;
            return 1;
        },
        &count);
    return count;
}

detail::content_hash::digest hash_segments(const elf_image& image) noexcept {
    detail::content_hash hash;
    for (const auto& header : image.headers) {
        if (header.p_type != PT_LOAD || !(header.p_flags & PF_X) || !(header.p_flags & PF_R)) continue;
        hash.add({reinterpret_cast<const std::byte*>(image.bias + header.p_vaddr), header.p_filesz});
    }
    return hash.result();
}

void remember(address_range code, unsigned long long unloaded, const detail::content_hash::digest& digest) noexcept {
    const auto slot = hashed_count.fetch_add(1, std::memory_order_relaxed);
    if (slot >= hashed.size()) return;
    hashed[slot].code = code;
    hashed[slot].unloaded = unloaded;
    hashed[slot].digest = digest;
    hashed[slot].ready.store(true, std::memory_order_release);
}

detail::content_hash::digest code_hash(const elf_image& image, address_range code) noexcept {
    const auto unloaded = count_unloaded();
    for (const auto& known : hashed) {
        if (!known.ready.load(std::memory_order_acquire)) continue;
        const bool same = known.code.begin == code.begin && known.code.end == code.end;
        if (same && known.unloaded == unloaded) return known.digest;
    }
    const auto digest = hash_segments(image);
    remember(code, unloaded, digest);
    return digest;
}

// ---- views

void set_build_id(module_view& view, std::string_view id) noexcept {
    view.build_id_size = std::min(id.size(), view.build_id_bytes.size());
    std::memcpy(view.build_id_bytes.data(), id.data(), view.build_id_size);
}

module_view view_of(const elf_image& image) noexcept {
    const auto code = code_of(image);
    module_view view;
    view.path = image.program ? program_name() : module_name(image.name, image.bias);
    view.base = image.bias;
    view.code_begin = code.begin;
    view.code_end = code.end;
    view.program = image.program;
    if (const auto id = build_id_note(image); !id.empty()) {
        set_build_id(view, id);
    } else {
        const auto digest = code_hash(image, code);
        set_build_id(view, {digest.data(), digest.size()});
    }
    return view;
}

module module_from(const module_view& view) {
    return {absolute_module_name(view),   view.base,   view.code_begin, view.code_end,
            std::string(view.build_id()), view.program};
}

int collect(dl_phdr_info* info, std::size_t, void* data) {
    auto& images = *static_cast<std::vector<elf_image>*>(data);
    images.push_back(image_of(*info, images.empty()));
    return 0;
}

// The kernel's own library has no file.
bool has_file(const elf_image& image) noexcept { return image.program || std::strchr(image.name, '/') != nullptr; }

}  // namespace

BROOD_CHILD_PATH std::optional<module_view> view_module(const void* address) noexcept {
    const auto image = find_image(reinterpret_cast<std::uintptr_t>(address));
    return image ? std::optional(view_of(*image)) : std::nullopt;
}

std::optional<module> module_of(const void* address) {
    const auto view = view_module(address);
    return view ? std::optional(module_from(*view)) : std::nullopt;
}

std::vector<module> loaded_modules() {
    std::vector<elf_image> images;
    dl_iterate_phdr(collect, &images);
    std::vector<module> modules;
    for (const auto& image : images) {
        if (has_file(image) && code_of(image).end != 0) modules.push_back(module_from(view_of(image)));
    }
    return modules;
}

void load_module(const std::string& path) {
    if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE)) return;
    const char* reason = dlerror();
    throw std::runtime_error(reason ? reason : "cannot load " + path);
}

}  // namespace brood::platform
