// SPDX-License-Identifier: MIT
// Where an exception that came from another process was thrown.
#pragma once

#include <brood/error.hpp>
#include <brood/export.hpp>

#include <exception>
#include <optional>
#include <string>

namespace brood {

// The process in which an exception was thrown, and where in its code.
struct exception_origin {
    std::string process_name;
    process_id pid = 0;
    stack_trace stack;  // empty when it was not recorded
};

// Where an exception was thrown, if it came from another process; nullopt if it did not. Within a catch clause the
// argument is std::current_exception(). The first call for an exception reads debug information. Any thread.
BROOD_API std::optional<exception_origin> remote_origin(const std::exception_ptr& exception = std::current_exception());

// The stack of remote_origin(), empty if there is none.
BROOD_API stack_trace remote_stack(const std::exception_ptr& exception = std::current_exception());

}  // namespace brood
