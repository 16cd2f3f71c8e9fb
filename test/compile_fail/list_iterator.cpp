// SPDX-License-Identifier: MIT
// expect: an iterator points into a container of this process
#include <brood/serialization.hpp>

#include <list>

void check() { brood::detail::require_serializable<std::list<int>::const_iterator>(); }
