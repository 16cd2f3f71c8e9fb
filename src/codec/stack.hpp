// SPDX-License-Identifier: MIT
// Stacks that cross between processes: raw places are sent as (module, offset) and described by the receiver, which
// has the same program, when somebody looks at them.
#pragma once

#include <brood/error.hpp>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace brood::detail {

// No stack is recorded or sent with more places.
inline constexpr std::size_t max_stack_depth = 64;

// The bytes of a stack of this process. Never throws but std::bad_alloc; an empty stack gives an empty string.
std::string encode_stack(std::span<const std::uintptr_t> places);
// The bytes of a stack that was described already.
std::string encode_stack(const stack_trace& stack);
// The same as the first into a buffer; gives how many bytes, 0 when not even one place fits. Allocates and locks
// nothing, so that a crash handler may call it; 4 KiB hold any stack that passes through few modules.
std::size_t encode_stack(std::span<const std::uintptr_t> places, std::span<std::byte> into) noexcept;

// The bytes of a stack, of this process or another, in words. Modules that are not loaded here keep path and offset.
// Throws serialization_error when the bytes are no stack. Reads debug information: 0.1 s the first time.
stack_trace decode_stack(std::string_view bytes);
// Throws serialization_error when the bytes are no stack.
void check_stack(std::string_view bytes);

// A stack of this process in words.
stack_trace describe(std::span<const std::uintptr_t> places);

// From now on the place of each throw in this process is recorded (about 2 microseconds a throw).
void record_throws() noexcept;
// Where the exception was thrown in this process, the thrower first; empty when that was not recorded or a hundred
// others were thrown since. Any thread.
std::vector<std::uintptr_t> thrown_stack(const std::exception_ptr& exception);

}  // namespace brood::detail
