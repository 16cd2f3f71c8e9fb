// SPDX-License-Identifier: MIT
#pragma once

#include <exception>
#include <string>
#include <typeinfo>

namespace brood::detail {

// What can be told of any exception.
struct exception_facts {
    const std::type_info* type = nullptr;  // null when it is of another language
    std::string type_name;                 // readable; "unknown" without a type
    std::string what;                      // also of thrown numbers and strings; empty when it says nothing
    std::exception_ptr nested;
};
exception_facts facts_of(const std::exception_ptr& exception);

}  // namespace brood::detail
