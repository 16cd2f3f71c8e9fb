// SPDX-License-Identifier: MIT
// What registered names stand for, here and in programs of other builds.
#pragma once

#include <brood/detail/registered_names.hpp>

#include <cstdint>
#include <optional>

namespace brood::managing {

// Whether this program registered anything.
bool registers_names();

// The number that other builds know; empty when it was not registered.
std::optional<std::uint64_t> number_of_type(std::uint64_t type);
std::optional<std::uint64_t> number_of_entry(detail::managed_entry entry);
// The other way round; 0 and nullptr when it was not registered here.
std::uint64_t type_with(std::uint64_t number);
detail::managed_entry entry_with(std::uint64_t number);

}  // namespace brood::managing
