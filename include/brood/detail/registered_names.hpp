// SPDX-License-Identifier: MIT
// Numbers of types and entry functions that other builds of a program know, too: made from names.
#pragma once

#include <brood/detail/remote_call.hpp>
#include <brood/export.hpp>

#include <cstdint>

namespace brood::detail {

// Any thread; again is fine. Throw std::logic_error when another one has that number already.
BROOD_API void register_type(std::uint64_t type, std::uint64_t number);
BROOD_API void register_entry(managed_entry entry, std::uint64_t number);

}  // namespace brood::detail
