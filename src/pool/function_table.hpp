// SPDX-License-Identifier: MIT
// Code that tasks enter crosses as a number, whose meaning lies in the pool's memory: its name is some hundred bytes.
#pragma once

#include "pool/pool_memory.hpp"

#include <brood/detail/target.hpp>

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <typeinfo>
#include <unordered_map>
#include <utility>

namespace brood::pools {

// The bytes of a function's name, which mean the same in every process of the same build. Throws serialization_error.
std::string name_function(detail::entry_function function);
// The function again. Throws bootstrap_error or serialization_error.
detail::entry_function find_function(std::string_view name);

// Of the process that gives tasks out. One thread at a time.
class function_numbers {
public:
    explicit function_numbers(pool_memory& memory) noexcept : memory_(memory) {}
    // Its number; or, when there are no more, `unnumbered`.
    std::uint16_t number_of(detail::entry_function function);

private:
    std::uint16_t add(detail::entry_function function);

    pool_memory& memory_;
    std::uint16_t count_ = 0;
    std::unordered_map<detail::entry_function, std::uint16_t> numbers_;
    detail::entry_function last_ = nullptr;
    std::uint16_t last_number_ = unnumbered;
};

// What tasks call has numbers from 1, for who looks at the pool from outside. One thread at a time.
class callee_numbers {
public:
    explicit callee_numbers(pool_memory& memory) noexcept : memory_(memory) {}
    // 0 when there are no more, or its name is too long.
    std::uint32_t number_of(const detail::callee& what) noexcept;

private:
    std::uint32_t add(const detail::callee& what);

    pool_memory& memory_;
    std::uint32_t count_ = 0;
    std::map<std::pair<const void*, const std::type_info*>, std::uint32_t> numbers_;
    std::pair<const void*, const std::type_info*> last_;
    std::uint32_t last_number_ = 0;
};

// Of a worker.
class numbered_functions {
public:
    explicit numbered_functions(const pool_memory& memory) noexcept : memory_(memory) {}
    detail::entry_function find(std::uint32_t number);

private:
    const pool_memory& memory_;
    std::array<detail::entry_function, most_functions> known_{};
};

}  // namespace brood::pools
