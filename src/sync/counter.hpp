// SPDX-License-Identifier: MIT
// A number that some wait to make smaller: what the two semaphores are.
#pragma once

#include "arena/blocks.hpp"
#include "sync/sleep.hpp"

#include <brood/detail/shared_object.hpp>

#include <cstddef>

namespace brood::detail {

// Throws std::invalid_argument.
shared_object make_counter(arena::kind what, std::ptrdiff_t initial, std::ptrdiff_t most);
bool take_one(const shared_object& object, platform::deadline until);
bool try_take_one(const shared_object& object);
// Throws std::logic_error.
void give(const shared_object& object, std::ptrdiff_t update);
std::ptrdiff_t count_of(const shared_object& object);
std::ptrdiff_t most_of(const shared_object& object);

}  // namespace brood::detail
