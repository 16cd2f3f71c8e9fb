// SPDX-License-Identifier: MIT
#include "pool/function_table.hpp"

#include "codec/function.hpp"

#include <brood/serialization.hpp>

#include <cstring>
#include <span>

namespace brood::pools {

std::string name_function(detail::entry_function function) {
    output_archive archive({.handles = false, .blocks = false});
    detail::save_value(archive, detail::locate_code(reinterpret_cast<const void*>(function)));
    return {reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size()};
}

detail::entry_function find_function(std::string_view name) {
    input_archive archive(std::as_bytes(std::span(name)));
    const auto place = detail::load_value<detail::code_location>(archive);
    return reinterpret_cast<detail::entry_function>(const_cast<void*>(detail::resolve_code(place)));
}

std::uint32_t function_numbers::number_of(detail::entry_function function) {
    const auto known = numbers_.find(function);
    return known != numbers_.end() ? known->second : add(function);
}

std::uint32_t function_numbers::add(detail::entry_function function) {
    const auto name = name_function(function);
    if (count_ == most_functions || name.size() > longest_function) {
        numbers_.emplace(function, unnumbered);
        return unnumbered;
    }
    auto& entry = memory_.functions[count_];
    std::memcpy(entry.name.data(), name.data(), name.size());
    entry.size.store(static_cast<std::uint32_t>(name.size()), std::memory_order_release);
    numbers_.emplace(function, count_);
    return count_++;
}

detail::entry_function numbered_functions::find(std::uint32_t number) {
    if (number >= most_functions) throw serialization_error("a task names no function");
    auto& known = known_[number];
    if (known == nullptr) {
        const auto& entry = memory_.functions[number];
        known = find_function({entry.name.data(), entry.size.load(std::memory_order_acquire)});
    }
    return known;
}

}  // namespace brood::pools
