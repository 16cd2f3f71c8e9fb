// SPDX-License-Identifier: MIT
// Modules by their PE headers in memory. An address is looked up by VirtualQuery, which takes none of the loader's
// locks; what was learned of a module is kept and compared with its headers, since DLLs come and go.
#include "platform/windows/pe_image.hpp"

#include "base/content_hash.hpp"

#include <psapi.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace brood::platform {
namespace {

using windows::byte_view;
using windows::pe_headers;

// ---- images

// The loader maps headers and sections as far as SizeOfImage says.
byte_view image_at(std::uintptr_t base) noexcept {
    const auto* begin = reinterpret_cast<const std::byte*>(base);
    const auto first_page = pe_headers::read(byte_view({begin, 4096}));
    return first_page ? byte_view({begin, first_page->nt().OptionalHeader.SizeOfImage}) : byte_view();
}

// The program itself is never unloaded: its base and size are kept. Most addresses are in it.
struct program_image {
    std::uintptr_t base = reinterpret_cast<std::uintptr_t>(GetModuleHandleW(nullptr));
    std::size_t size = image_at(base).size();
};

const program_image& program() noexcept {
    static const program_image image;
    return image;
}

std::uintptr_t base_of(const void* address) noexcept {
    if (reinterpret_cast<std::uintptr_t>(address) - program().base < program().size) return program().base;
    MEMORY_BASIC_INFORMATION memory;
    if (VirtualQuery(address, &memory, sizeof memory) == 0 || memory.Type != MEM_IMAGE) return 0;
    return reinterpret_cast<std::uintptr_t>(memory.AllocationBase);
}

struct code_range {
    std::uint32_t begin = 0;  // relative to the base
    std::uint32_t end = 0;
};

code_range code_of(const pe_headers& headers) noexcept {
    code_range code;
    for (std::size_t i = 0; i < headers.section_count(); ++i) {
        const auto section = headers.section(i);
        if (!section || !(section->Characteristics & IMAGE_SCN_MEM_EXECUTE)) continue;
        const auto begin = section->VirtualAddress;
        code.begin = code.end == 0 ? begin : std::min<std::uint32_t>(code.begin, begin);
        code.end = std::max<std::uint32_t>(code.end, begin + section->Misc.VirtualSize);
    }
    return code;
}

// ---- build ids

// The record that a linker writes for debuggers: "RSDS", a GUID, an age and a path.
std::string_view codeview_id(byte_view image, const pe_headers& headers) noexcept {
    constexpr std::size_t id_size = 20;
    const auto directory = headers.directory(IMAGE_DIRECTORY_ENTRY_DEBUG);
    for (std::size_t i = 0; i < directory.Size / sizeof(IMAGE_DEBUG_DIRECTORY); ++i) {
        const auto entry =
            image.get<IMAGE_DEBUG_DIRECTORY>(directory.VirtualAddress + i * sizeof(IMAGE_DEBUG_DIRECTORY));
        if (!entry || entry->Type != IMAGE_DEBUG_TYPE_CODEVIEW) continue;
        const auto record = image.part(entry->AddressOfRawData, 4 + id_size);
        if (record.empty() || std::memcmp(record.data(), "RSDS", 4) != 0) continue;
        return {reinterpret_cast<const char*>(record.data()) + 4, id_size};
    }
    return {};
}

// Where the loader writes addresses into the code, which then differs between processes; relative to the base, sorted.
std::vector<std::uint32_t> relocations(byte_view image, const pe_headers& headers) {
    const auto directory = headers.directory(IMAGE_DIRECTORY_ENTRY_BASERELOC);
    const auto end = std::size_t{directory.VirtualAddress} + directory.Size;
    std::vector<std::uint32_t> places;
    for (std::size_t at = directory.VirtualAddress; at + sizeof(IMAGE_BASE_RELOCATION) <= end;) {
        const auto block = image.get<IMAGE_BASE_RELOCATION>(at);
        if (!block || block->SizeOfBlock < sizeof(IMAGE_BASE_RELOCATION)) break;
        for (auto entry = at + sizeof *block; entry + 2 <= at + block->SizeOfBlock; entry += 2) {
            const auto value = image.get<std::uint16_t>(entry).value_or(0);
            if (value >> 12 != IMAGE_REL_BASED_ABSOLUTE) places.push_back(block->VirtualAddress + (value & 0xFFF));
        }
        at += block->SizeOfBlock;
    }
    std::ranges::sort(places);
    return places;
}

void add_code(detail::content_hash& hash, byte_view image, code_range section,
              const std::vector<std::uint32_t>& skipped) {
    constexpr std::uint32_t address_size = 8;
    auto begin = section.begin;
    for (auto place = std::ranges::lower_bound(skipped, begin); place != skipped.end() && *place < section.end;
         ++place) {
        if (*place < begin) continue;
        hash.add(image.part(begin, *place - begin));
        begin = std::min(section.end, *place + address_size);
    }
    hash.add(image.part(begin, section.end - begin));
}

// Names an image without such a record: what the linker wrote into its header, and its code.
detail::content_hash::digest image_hash(byte_view image, const pe_headers& headers) {
    detail::content_hash hash;
    const std::uint32_t identity[] = {headers.nt().FileHeader.TimeDateStamp, headers.nt().OptionalHeader.CheckSum,
                                      headers.nt().OptionalHeader.SizeOfImage};
    hash.add(std::as_bytes(std::span(identity)));
    const auto skipped = relocations(image, headers);
    for (std::size_t i = 0; i < headers.section_count(); ++i) {
        const auto section = headers.section(i);
        if (!section || !(section->Characteristics & IMAGE_SCN_MEM_EXECUTE)) continue;
        const auto begin = section->VirtualAddress;
        add_code(hash, image, {begin, begin + static_cast<std::uint32_t>(section->Misc.VirtualSize)}, skipped);
    }
    return hash.result();
}

// ---- what is known

// Nodes are never freed, so that readers need no lock. There is one for each different image at a base.
struct known_module {
    module_view view;
    std::string path;
    std::uint32_t time_stamp;
    std::uint32_t size;
    std::string codeview;  // empty when the build id is a hash
    const known_module* next;
};
std::atomic<const known_module*> known_modules{nullptr};

const known_module* find_known(std::uintptr_t base, byte_view image, const pe_headers& headers) noexcept {
    const auto codeview = codeview_id(image, headers);
    const auto* node = known_modules.load(std::memory_order_acquire);
    for (; node; node = node->next) {
        if (node->view.base != base || node->codeview != codeview) continue;
        const bool same_link = node->time_stamp == headers.nt().FileHeader.TimeDateStamp;
        if (same_link && node->size == headers.nt().OptionalHeader.SizeOfImage) return node;
    }
    return nullptr;
}

std::string path_of(std::uintptr_t base) {
    std::wstring path(MAX_PATH, L'\0');
    while (true) {
        const auto size =
            GetModuleFileNameW(reinterpret_cast<HMODULE>(base), path.data(), static_cast<DWORD>(path.size()));
        if (size < path.size()) return windows::narrow({path.data(), size});
        path.resize(path.size() * 2);
    }
}

void set_build_id(module_view& view, std::string_view id) noexcept {
    view.build_id_size = std::min(id.size(), view.build_id_bytes.size());
    std::memcpy(view.build_id_bytes.data(), id.data(), view.build_id_size);
}

module_view view_of(std::uintptr_t base, byte_view image, const pe_headers& headers) noexcept {
    const auto code = code_of(headers);
    module_view view;
    view.base = base;
    view.code_begin = base + code.begin;
    view.code_end = base + code.end;
    view.program = base == program().base;
    set_build_id(view, codeview_id(image, headers));
    return view;
}

const known_module* learn(std::uintptr_t base, byte_view image, const pe_headers& headers) {
    auto node = std::make_unique<known_module>();
    node->path = path_of(base);
    node->codeview = codeview_id(image, headers);
    node->time_stamp = headers.nt().FileHeader.TimeDateStamp;
    node->size = headers.nt().OptionalHeader.SizeOfImage;
    node->view = view_of(base, image, headers);
    node->view.path = node->path;
    if (node->codeview.empty()) {
        const auto digest = image_hash(image, headers);
        set_build_id(node->view, {digest.data(), digest.size()});
    }
    node->next = known_modules.load();
    while (!known_modules.compare_exchange_weak(node->next, node.get())) {
    }
    return node.release();  // owned by the list
}

const known_module* know(std::uintptr_t base) {
    const auto image = image_at(base);
    const auto headers = pe_headers::read(image);
    if (!headers) return nullptr;
    const auto* known = find_known(base, image, *headers);
    return known ? known : learn(base, image, *headers);
}

module module_from(const known_module& known) {
    const auto& view = known.view;
    return {known.path, view.base, view.code_begin, view.code_end, std::string(view.build_id()), view.program};
}

std::vector<HMODULE> module_handles() {
    std::vector<HMODULE> handles(64);
    while (true) {
        const auto room = static_cast<DWORD>(handles.size() * sizeof(HMODULE));
        DWORD needed = 0;
        if (!K32EnumProcessModules(GetCurrentProcess(), handles.data(), room, &needed)) {
            windows::throw_last_error("EnumProcessModules");
        }
        handles.resize(needed / sizeof(HMODULE));
        if (needed <= room) return handles;
    }
}

}  // namespace

std::optional<module_view> view_module(const void* address) noexcept {
    const auto base = base_of(address);
    const auto image = base ? image_at(base) : byte_view();
    const auto headers = pe_headers::read(image);
    if (!headers) return std::nullopt;
    const auto* known = find_known(base, image, *headers);
    return known ? known->view : view_of(base, image, *headers);
}

std::optional<module> module_of(const void* address) {
    const auto base = base_of(address);
    const auto* known = base ? know(base) : nullptr;
    return known ? std::optional(module_from(*known)) : std::nullopt;
}

std::vector<module> loaded_modules() {
    std::vector<module> modules;
    for (const auto handle : module_handles()) {
        // A module that is unloaded meanwhile is no longer an image.
        const auto base = base_of(reinterpret_cast<const void*>(handle));
        const auto* known = base ? know(base) : nullptr;
        if (known) modules.push_back(module_from(*known));
    }
    std::ranges::stable_partition(modules, &module::program);
    return modules;
}

void load_module(const std::string& path) {
    const auto name = windows::widen(path);
    const auto handle = LoadLibraryExW(name.c_str(), nullptr, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (!handle) windows::throw_last_error("LoadLibrary");
    HMODULE pinned = nullptr;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN, name.c_str(), &pinned);
}

}  // namespace brood::platform
