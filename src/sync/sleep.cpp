// SPDX-License-Identifier: MIT
#include "sync/sleep.hpp"

namespace brood::detail {

thread_local int spinning::looks_ = 40;

}  // namespace brood::detail
