// SPDX-License-Identifier: MIT
// Pools with more workers than processors: a thousand, and on Windows more than one call of the system can wait for.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <set>
#include <vector>

using namespace brood_test;

namespace {

// Nobody goes on before everybody has begun.
brood::process_id meet(brood::latch all) {
    all.arrive_and_wait();
    return brood::current_process().pid();
}

int how_many() {
    return brood::available_start_methods().size() > 1 ? 1000 : 70;  // 61: the most that one wait takes on Windows
}

}  // namespace

TEST_CASE("a pool has as many workers as one asks for, and all of them work at once") {
    const int count = how_many();
    brood::pool pool({.workers = count});
    const brood::latch all(count);
    std::vector<brood::future<brood::process_id>> tasks;
    for (int i = 0; i < count; ++i) tasks.push_back(pool.submit(meet, all));
    std::set<brood::process_id> seen;
    for (auto& each : tasks) seen.insert(each.get());
    CHECK(seen.size() == static_cast<std::size_t>(count));
    CHECK(pool.worker_pids().size() == static_cast<std::size_t>(count));
    pool.close();
    pool.join();
    CHECK(pool.worker_pids().empty());
}
