// SPDX-License-Identifier: MIT
#include "bulk.hpp"

#include "bench_groups.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace tool {

double copy_rate(const bulk& from, bulk& to) {
    double best = 0;
    for (int i = 0; i < 3; ++i) {
        const double seconds = seconds_of([&] { std::memcpy(to.data(), from.data(), bulk_count * sizeof(double)); });
        if (to.back() != from.back()) throw std::logic_error("memcpy copied other values");
        best = std::max(best, bulk_megabytes / seconds);
    }
    return best;
}

}  // namespace tool
