// SPDX-License-Identifier: MIT
// What an error keeps of a stack: the bytes it came as, put into words when somebody looks.
#pragma once

#include <brood/error.hpp>

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace brood::detail {

class stack_source {
public:
    using describe_function = stack_trace (*)(std::string_view bytes);

    explicit stack_source(stack_trace stack) : stack_(std::move(stack)) {}
    // `describe` may throw; then the stack is empty.
    stack_source(std::string bytes, describe_function describe) : bytes_(std::move(bytes)), describe_(describe) {}

    // Any thread; what it gives lives as long as this object.
    const stack_trace& get() const noexcept;
    // What it was made of; empty when it was made of a stack in words.
    const std::string& bytes() const noexcept { return bytes_; }

private:
    std::string bytes_;
    describe_function describe_ = nullptr;
    mutable std::once_flag described_;
    mutable stack_trace stack_;
};

}  // namespace brood::detail
