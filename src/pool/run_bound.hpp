// SPDX-License-Identifier: MIT
#pragma once

#include <brood/call.hpp>

namespace brood::detail {

// Runs a copy of it, as another process would, in this thread. The call itself can be run again, also at the same time.
// Throws what it throws, and serialization_error when it cannot be copied.
void run_bound(const bound_call& call);

}  // namespace brood::detail
