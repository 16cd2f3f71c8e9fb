// SPDX-License-Identifier: MIT
#include "pool/function_table.hpp"

#include "codec/function.hpp"
#include "pool/trace_names.hpp"

#include <brood/serialization.hpp>

#include <cstring>
#include <span>

namespace brood::pools {

std::string name_function(detail::entry_function function) {
    output_archive archive({.handles = false, .blocks = false, .same_program = true});
    detail::save_code(archive, reinterpret_cast<const void*>(function));
    return {reinterpret_cast<const char*>(archive.bytes().data()), archive.bytes().size()};
}

detail::entry_function find_function(std::string_view name) {
    input_archive archive(std::as_bytes(std::span(name)));
    const void* const code = detail::load_code(archive);
    if (code == nullptr) throw serialization_error("a task names no function");
    return reinterpret_cast<detail::entry_function>(const_cast<void*>(code));
}

namespace {

// False when it does not fit.
bool write_name(std::array<function_entry, most_functions>& table, std::uint32_t number, std::string_view name) {
    if (number == most_functions || name.size() > longest_function) return false;
    std::memcpy(table[number].name.data(), name.data(), name.size());
    table[number].size.store(static_cast<std::uint32_t>(name.size()), std::memory_order_release);
    return true;
}

}  // namespace

std::uint16_t function_numbers::number_of(detail::entry_function function) {
    if (function == last_) return last_number_;
    const auto known = numbers_.find(function);
    last_number_ = known != numbers_.end() ? known->second : add(function);
    last_ = function;
    return last_number_;
}

std::uint16_t function_numbers::add(detail::entry_function function) {
    const bool fits = write_name(memory_.functions, count_, name_function(function));
    const auto number = fits ? count_++ : unnumbered;
    numbers_.emplace(function, number);
    return number;
}

std::uint32_t callee_numbers::number_of(const detail::callee& what) noexcept {
    const std::pair key{what.code, what.type};
    if (key == last_) return last_number_;
    try {
        const auto known = numbers_.find(key);
        last_number_ = known != numbers_.end() ? known->second : add(what);
        last_ = key;
        return last_number_;
    } catch (const std::exception&) {
        return 0;  // who looks sees no name
    }
}

std::uint32_t callee_numbers::add(const detail::callee& what) {
    const bool fits = write_name(memory_.callees, count_, portable_name(what));
    const auto number = fits ? ++count_ : 0;
    numbers_.emplace(std::pair{what.code, what.type}, number);
    return number;
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
