// SPDX-License-Identifier: MIT
// Functions by the symbol table of the module's file. Files and lines are not known here: GCC writes them as DWARF,
// for which there is no reader on this system.
#include "platform/windows/coff_symbols.hpp"

#include <algorithm>
#include <atomic>
#include <memory>

namespace brood::platform {
namespace {

using windows::function_symbol;

// Read once for each module; never freed, so that readers need no lock.
struct known_symbols {
    std::string build_id;
    std::string path;
    std::vector<function_symbol> symbols;
    const known_symbols* next;
};
std::atomic<const known_symbols*> known{nullptr};

class mapped_file {
public:
    explicit mapped_file(const std::string& path) {
        const auto name = windows::native_path(path);
        const HANDLE file = CreateFileW(name.c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr,
                                        OPEN_EXISTING, FILE_ATTRIBUTE_NORMAL, nullptr);
        if (file == INVALID_HANDLE_VALUE) return;
        const unique_handle owner(file);
        LARGE_INTEGER size{};
        GetFileSizeEx(file, &size);
        const unique_handle section(CreateFileMappingW(file, nullptr, PAGE_READONLY, 0, 0, nullptr));
        if (section) view_ = MapViewOfFile(section.get(), FILE_MAP_READ, 0, 0, 0);
        if (view_) size_ = static_cast<std::size_t>(size.QuadPart);
    }
    ~mapped_file() {
        if (view_) UnmapViewOfFile(view_);
    }
    mapped_file(const mapped_file&) = delete;
    mapped_file& operator=(const mapped_file&) = delete;
    windows::byte_view bytes() const noexcept {
        return windows::byte_view({static_cast<const std::byte*>(view_), size_});
    }

private:
    const void* view_ = nullptr;
    std::size_t size_ = 0;
};

const known_symbols* read_symbols(const module& holder) {
    const mapped_file file(holder.path);
    auto node = std::make_unique<known_symbols>();
    node->build_id = holder.build_id;
    node->path = holder.path;
    node->symbols = windows::read_function_symbols(file.bytes());
    node->next = known.load();
    while (!known.compare_exchange_weak(node->next, node.get())) {
    }
    return node.release();  // owned by the list
}

const std::vector<function_symbol>& symbols_of(const module& holder) {
    const auto* node = known.load(std::memory_order_acquire);
    while (node && (node->build_id != holder.build_id || node->path != holder.path)) node = node->next;
    return (node ? node : read_symbols(holder))->symbols;
}

// The name of the last function that begins at or before the place.
std::string function_at(const module& holder, std::uint64_t offset) {
    const auto& symbols = symbols_of(holder);
    const auto after = std::ranges::upper_bound(symbols, offset, {}, &function_symbol::address);
    return after == symbols.begin() ? std::string() : demangle(std::prev(after)->name.c_str());
}

}  // namespace

stack_trace describe_address(std::uintptr_t address) {
    const auto holder = module_of(reinterpret_cast<const void*>(address));
    if (!holder) return {stack_frame{{}, {}, 0, {}, address}};
    const auto offset = address - holder->base;
    return {stack_frame{function_at(*holder, offset), {}, 0, holder->path, offset}};
}

}  // namespace brood::platform
