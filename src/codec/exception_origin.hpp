// SPDX-License-Identifier: MIT
// What is remembered of an exception that came from another process: beside the object, so that its type stays its own.
#pragma once

#include "base/stack_source.hpp"

#include <brood/error.hpp>

#include <exception>
#include <memory>
#include <string>

namespace brood::detail {

struct origin {
    std::string process_name;
    process_id pid = 0;
    std::shared_ptr<const stack_source> stack;  // may be null
};

// For an exception made by adopt_exception, once. It is forgotten with the object.
void remember_origin(const std::exception_ptr& exception, origin where);
// nullptr when there is none; valid as long as the exception.
const origin* find_origin(const std::exception_ptr& exception) noexcept;

}  // namespace brood::detail
