// SPDX-License-Identifier: MIT
// Memory that cannot be read: who comes to it while it copies dies there, or stays there.
#pragma once

#include <cstddef>

namespace brood_test {

// Forbids the whole pages within `size` bytes at `begin` to this process.
void forbid(void* begin, std::size_t size);

// From now on a thread of this process that touches forbidden memory stays there for ever.
void stay_where_forbidden();

}  // namespace brood_test
