// SPDX-License-Identifier: MIT
// expect: a pointer to void does not say what it points to
#include <brood/serialization.hpp>

void check() { brood::detail::require_serializable<void*>(); }
