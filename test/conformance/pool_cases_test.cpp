// SPDX-License-Identifier: MIT
// What holds for every pool, for pools of processes.
#include <brood/pool.hpp>

#define BROOD_POOL_UNDER_TEST brood::pool
#include "conformance/pool_cases.hpp"
