// SPDX-License-Identifier: MIT
// Arguments and results as bytes that wait: small ones in this process's memory, others in a message block.
#pragma once

#include "channel/message.hpp"
#include "pool/pool_memory.hpp"

#include <brood/detail/channel_core.hpp>
#include <brood/detail/pool_core.hpp>
#include <brood/serialization.hpp>

#include <span>
#include <string>
#include <string_view>

namespace brood::pools {

// A record's bytes beside its head and a function's name.
inline constexpr std::size_t most_small = detail::small_value - sizeof(task_head) - longest_function;

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
