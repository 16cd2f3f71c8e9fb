// SPDX-License-Identifier: MIT
// Arguments and results as bytes that wait: small ones in this process's memory, others in a message block.
#pragma once

#include "channel/message.hpp"
#include "pool/pool_memory.hpp"

#include <brood/detail/channel_core.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/serialization.hpp>

#include <array>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace brood::pools {

// A record's bytes beside its head and a function's name.
inline constexpr std::size_t most_small = detail::small_value - sizeof(task_head) - longest_function;

// A task's record: its head, the function's name unless it has a number, the arguments or the place of their message.
class task_record {
public:
    // Throws serialization_error.
    task_record(const task_head& head, std::string_view name, std::string_view arguments) {
        append(&head, sizeof head);
        append(name.data(), name.size());
        append(arguments.data(), arguments.size());
    }
    std::span<const std::byte> bytes() const noexcept { return std::span(bytes_).first(size_); }

private:
    void append(const void* bytes, std::size_t count) {
        if (count > bytes_.size() - size_) throw serialization_error("the path of a library is too long for a task");
        if (count != 0) std::memcpy(bytes_.data() + size_, bytes, count);
        size_ += count;
    }
    std::array<std::byte, detail::small_value> bytes_;
    std::size_t size_ = 0;
};

// Throws std::bad_alloc.
detail::task_bytes pack(const output_archive& archive);

// The bytes of a result without the report's head.
std::span<const std::byte> view(const detail::task_bytes& held) noexcept;

// How many bytes they are, for whoever tells of them.
std::uint64_t size_of(const detail::task_bytes& held) noexcept;

// A report's bytes without its head.
std::string_view text_of(const detail::taken_value& taken) noexcept;

// What came, without its head.
detail::task_bytes keep(const detail::taken_value& taken);

}  // namespace brood::pools
