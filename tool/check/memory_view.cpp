// SPDX-License-Identifier: MIT
#include "check/memory_view.hpp"

#include "layout.hpp"

namespace tool::check {

const debug_info* debug_files::of(const std::string& path) {
    const auto [entry, is_new] = known_.try_emplace(path);
    if (!is_new) return entry->second.get();
    try {
        entry->second = std::make_unique<debug_info>(from_utf8(path));
    } catch (const std::exception&) {
        // a library without a file (the kernel's own), or one that is gone
    }
    return entry->second.get();
}

place memory_view::place_of(std::uint64_t address) const {
    if (address == 0) return {place::kind::null, nullptr, 0};
    const auto* mapping = picture_.mapping_at(address);
    if (mapping == nullptr) return {};
    if (mapping->name.starts_with("[stack")) return {place::kind::stack, nullptr, 0};
    for (const auto& module : picture_.modules) {
        const debug_info* file = address < module.base ? nullptr : files_.of(module.path);
        const std::uint64_t offset = address - module.base;
        if (file != nullptr && offset >= file->begin() && offset < file->end())
            return {place::kind::module, &module, offset};
    }
    return {place::kind::memory, nullptr, 0};
}

std::string memory_view::name_of(std::uint64_t address) const {
    const place found = place_of(address);
    switch (found.what) {
        case place::kind::null: return "null";
        case place::kind::stack: return "the stack";
        case place::kind::memory: return "memory";
        case place::kind::nowhere: return "nothing";
        case place::kind::module: break;
    }
    const std::string symbol = files_.of(found.where->path)->symbol_at(found.offset);
    if (!symbol.empty()) return "&" + symbol;
    return to_utf8(from_utf8(found.where->path).filename()) + "+" + std::to_string(found.offset);
}

std::optional<std::string> memory_view::text_at(std::uint64_t address, std::size_t most) const {
    std::string text;
    for (; text.size() < most; ++address) {
        const auto c = picture_.read<char>(address);
        if (!c) break;
        if (*c == '\0') return text;
        text += *c;
    }
    const place found = place_of(address);
    if (!text.empty() || found.what != place::kind::module) return std::nullopt;
    const auto literal = files_.of(found.where->path)->text_at(found.offset, most);
    if (!literal || literal->find('\0') == literal->npos) return std::nullopt;
    return literal->substr(0, literal->find('\0'));
}

}  // namespace tool::check
