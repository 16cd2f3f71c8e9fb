// SPDX-License-Identifier: MIT
// The 64 MiB that rows about large values move, and the limit beside them.
#pragma once

#include <cstddef>
#include <vector>

namespace tool {

using bulk = std::vector<double>;
inline constexpr std::size_t bulk_count = std::size_t{64} * 1024 * 1024 / sizeof(double);
inline constexpr double bulk_megabytes = bulk_count * sizeof(double) / 1e6;

// MB/s of a copy in memory: the best of three, since it follows work that emptied the caches.
double copy_rate(const bulk& from, bulk& to);

}  // namespace tool
