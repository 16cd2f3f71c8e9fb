// SPDX-License-Identifier: MIT
// macOS: modules by the dynamic loader's list; a module's key is its LC_UUID.
#include "base/content_hash.hpp"
#include "platform/platform.hpp"

#include <algorithm>
#include <cstring>
#include <dlfcn.h>
#include <mach-o/dyld.h>
#include <mach-o/loader.h>
#include <stdexcept>

namespace brood::platform {
namespace {

// Calls `visit` for each load command until it says true.
template <class Visit>
void each_command(const mach_header_64* header, Visit visit) noexcept {
    const auto* at = reinterpret_cast<const char*>(header + 1);
    for (std::uint32_t i = 0; i < header->ncmds; ++i) {
        const auto* command = reinterpret_cast<const load_command*>(at);
        if (visit(command)) return;
        at += command->cmdsize;
    }
}

void set_build_id(module_view& view, const void* bytes, std::size_t size) noexcept {
    view.build_id_size = std::min(size, view.build_id_bytes.size());
    std::memcpy(view.build_id_bytes.data(), bytes, view.build_id_size);
}

module_view view_of(const mach_header_64* header, const char* path) noexcept {
    module_view view;
    view.path = path;
    view.base = reinterpret_cast<std::uintptr_t>(header);
    view.program = header->filetype == MH_EXECUTE;
    each_command(header, [&](const load_command* command) {
        if (command->cmd == LC_SEGMENT_64) {
            const auto* segment = reinterpret_cast<const segment_command_64*>(command);
            if (std::strcmp(segment->segname, SEG_TEXT) == 0) {  // it begins with the header, wherever it was loaded
                view.code_begin = view.base;
                view.code_end = view.base + segment->vmsize;
            }
        } else if (command->cmd == LC_UUID) {
            const auto* uuid = reinterpret_cast<const uuid_command*>(command);
            set_build_id(view, uuid->uuid, sizeof uuid->uuid);
        }
        return false;
    });
    if (view.build_id_size == 0) {
        detail::content_hash hash;
        hash.add({reinterpret_cast<const std::byte*>(view.code_begin), view.code_end - view.code_begin});
        const auto digest = hash.result();
        set_build_id(view, digest.data(), digest.size());
    }
    return view;
}

module owned(const module_view& view) {
    return {std::string(view.path),       view.base,   view.code_begin, view.code_end,
            std::string(view.build_id()), view.program};
}

}  // namespace

std::vector<module> loaded_modules() {
    std::vector<module> all;
    for (std::uint32_t i = 0; i < ::_dyld_image_count(); ++i) {
        const auto* header = reinterpret_cast<const mach_header_64*>(::_dyld_get_image_header(i));
        const char* path = ::_dyld_get_image_name(i);
        if (header != nullptr && path != nullptr) all.push_back(owned(view_of(header, path)));
    }
    std::ranges::stable_partition(all, [](const module& one) { return one.program; });
    return all;
}

std::optional<module_view> view_module(const void* address) noexcept {
    Dl_info info{};
    if (::dladdr(address, &info) == 0 || info.dli_fbase == nullptr) return std::nullopt;
    return view_of(static_cast<const mach_header_64*>(info.dli_fbase), info.dli_fname);
}

std::optional<module> module_of(const void* address) {
    const auto view = view_module(address);
    if (!view) return std::nullopt;
    return owned(*view);
}

void load_module(const std::string& path) {
    if (::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL) == nullptr) throw std::runtime_error(::dlerror());
}

}  // namespace brood::platform
