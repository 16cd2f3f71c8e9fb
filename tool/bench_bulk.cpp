// SPDX-License-Identifier: MIT
// A large argument and a large result, beside a copy in memory.
#include "bench_groups.hpp"
#include "bulk.hpp"

#include <brood/brood.hpp>

#include <cstddef>
#include <memory>
#include <stdexcept>

namespace tool {
namespace {

bulk same(bulk data) { return data; }

// MB/s of an argument and a result of 64 MiB each.
double async_bulk(brood::start_method method, const bulk& data) {
    bulk argument = data, result;
    const double seconds =
        seconds_of([&] { result = brood::async({.start_method = method}, same, std::move(argument)).get(); });
    if (result != data) throw std::logic_error("async gave back other values");
    return 2 * bulk_megabytes / seconds;
}

}  // namespace

void measure_bulk(session& now) {
    const auto from = std::make_shared<bulk>(bulk_count, 1.5);
    const auto to = std::make_shared<bulk>(bulk_count, 0.0);
    std::vector<contender> all = {{"limit.memcpy", "", "MB/s", [=] { return copy_rate(*from, *to); }, {}}};
    for (const auto method : brood::available_start_methods())
        all.push_back({"async.64MiB", std::string(brood::to_string(method)), "MB/s",
                       [=] { return async_bulk(method, *from); },
                       relation{relation::kind::ratio, "limit.memcpy", 0, 0.25, true}});
    race(now, std::move(all), now.few_runs());
}

}  // namespace tool
