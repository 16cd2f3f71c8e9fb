// SPDX-License-Identifier: MIT
// Exceptions that cross between processes: which types keep their type, and where one was thrown.
#pragma once

#include <brood/detail/exception_codec.hpp>
#include <brood/error.hpp>
#include <brood/export.hpp>

#include <exception>
#include <optional>
#include <string>

namespace brood {

// Lets exceptions of type E keep their type when they are thrown in one process and caught in another; std types and
// brood's own do without. For a namespace-scope `static const bool registered = brood::register_exception<my_error>();`
// in the program, or a call before init(): both processes must have made it. Calling it again changes nothing. Always
// true; any thread.
//
// E is rebuilt in one of three ways, the first that fits:
//  - E can be serialized by a `serialize` (or save and load) and be made from its what() or by default: made so, then
//    its state is read. An E with a virtual what() of its own needs to serialize what that tells.
//  - E is a serializable type of any other kind: read like every value.
//  - E adds nothing to the size of its std base and can be made from a string: made from its what().
// Exceptions of any type that is not registered, also those derived from a registered one, arrive as remote_error.
template <class E>
bool register_exception() {
    detail::register_exception_type(detail::exception_type_of<E>());
    return true;
}

// Where an exception that came from another process was thrown.
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
