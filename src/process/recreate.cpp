// SPDX-License-Identifier: MIT
#include <brood/recreate.hpp>

#include "platform/platform.hpp"

namespace brood::detail {

std::int64_t this_process_number() noexcept { return platform::current_process_id(); }

}  // namespace brood::detail
