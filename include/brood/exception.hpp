// SPDX-License-Identifier: MIT
// Exceptions that cross between processes: which types keep their type, and where one was thrown.
#pragma once

#include <brood/detail/exception_state.hpp>
#include <brood/exception_origin.hpp>

namespace brood {

// Lets exceptions of type E keep their type when they are thrown in one process and caught in another; std types and
// brood's own do without. For a namespace-scope `static const bool registered = brood::register_exception<my_error>();`
// in the program, or a call before init(): both processes must have made it. Calling it again changes nothing. Always
// true; any thread.
//
// E is made again in the first of these ways that fits:
//  - it adds nothing to its base std::exception, std::runtime_error, std::logic_error or brood::error: from its what()
//    (and code());
//  - it has a `serialize` (or save and load) and can be made from a std::string, or else by default: so, from its
//    what(), then its members are read;
//  - it is any other type that can be sent.
// Exceptions of any type that is not registered, also those derived from a registered one, arrive as remote_error.
template <class E>
bool register_exception() {
    detail::register_exception_type(detail::exception_type_of<E>());
    return true;
}

}  // namespace brood
