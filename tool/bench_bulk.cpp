// SPDX-License-Identifier: MIT
// A large argument and a large result, beside a copy in memory.
#include "bench_groups.hpp"

#include <brood/brood.hpp>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <vector>

namespace tool {
namespace {

using bulk = std::vector<double>;
constexpr std::size_t count = std::size_t{64} * 1024 * 1024 / sizeof(double);
constexpr double megabytes = count * sizeof(double) / 1e6;

bulk same(bulk data) { return data; }

// MB/s of an argument and a result of 64 MiB each.
double async_bulk(brood::start_method method, const bulk& data) {
    bulk argument = data, result;
    const double seconds =
        seconds_of([&] { result = brood::async({.start_method = method}, same, std::move(argument)).get(); });
    if (result != data) throw std::logic_error("async gave back other values");
    return 2 * megabytes / seconds;
}

// MB/s of a copy in memory: the best of three, since it follows work that emptied the caches.
double copy(const bulk& from, bulk& to) {
    double best = 0;
    for (int i = 0; i < 3; ++i) {
        const double seconds = seconds_of([&] { std::memcpy(to.data(), from.data(), count * sizeof(double)); });
        if (to.back() != from.back()) throw std::logic_error("memcpy copied other values");
        best = std::max(best, megabytes / seconds);
    }
    return best;
}

}  // namespace

void measure_bulk(session& now) {
    const auto from = std::make_shared<bulk>(count, 1.5);
    const auto to = std::make_shared<bulk>(count, 0.0);
    std::vector<contender> all = {{"limit.memcpy", "", "MB/s", [=] { return copy(*from, *to); }, {}}};
    for (const auto method : brood::available_start_methods())
        all.push_back({"async.64MiB", std::string(brood::to_string(method)), "MB/s",
                       [=] { return async_bulk(method, *from); },
                       relation{relation::kind::ratio, "limit.memcpy", 0, 0.25, true}});
    race(now, std::move(all), now.few_runs());
}

}  // namespace tool
