// SPDX-License-Identifier: MIT
#include <brood/detail/chunk_planner.hpp>

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

using brood::detail::chunk_planner;
using std::chrono::nanoseconds;

namespace {

// The sizes of the chunks of a map whose elements take that long, each chunk coming back before the next is sent.
std::vector<std::size_t> sizes(std::uint64_t total, nanoseconds each, int workers) {
    chunk_planner plan(0, workers, total);
    std::vector<std::size_t> all;
    for (std::uint64_t sent = 0; sent < total;) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(plan.next(), total - sent));
        plan.started(size, nanoseconds(100));
        plan.ended(size, each * static_cast<std::int64_t>(size));
        sent += size;
        all.push_back(size);
    }
    return all;
}

}  // namespace

TEST_CASE("long elements travel alone") {
    for (const auto size : sizes(20, std::chrono::seconds(1), 2)) CHECK(size == 1);
}

TEST_CASE("a million short elements need few chunks") {
    const auto all = sizes(1'000'000, nanoseconds(5), 4);
    CHECK(all.size() < 100);
    CHECK(all.size() >= 16);
    CHECK(all.front() == 1);
}

TEST_CASE("chunks shrink towards the end, so that all workers end together") {
    const auto all = sizes(10'000, std::chrono::microseconds(100), 4);
    const auto largest = *std::max_element(all.begin(), all.end());
    CHECK(all.back() < largest);
    CHECK(largest <= 40);  // 4 ms
    CHECK(std::accumulate(all.begin(), all.end(), std::size_t{0}) == 10'000);
}

TEST_CASE("each worker gets at least four chunks") {
    for (const std::uint64_t total : {8U, 100U, 1000U}) CHECK(sizes(total, nanoseconds(1), 2).size() >= 8);
}

TEST_CASE("a given size is kept") {
    chunk_planner plan(7, 2, 1000);
    CHECK(plan.next() == 7);
    plan.ended(7, nanoseconds(1));
    CHECK(plan.next() == 7);
}

TEST_CASE("elements that are costly to fetch travel in small chunks, however quick the function is") {
    chunk_planner plan(0, 2, std::nullopt);
    for (int i = 0; i < 20; ++i) {
        const auto size = plan.next();
        plan.started(size, std::chrono::milliseconds(1) * static_cast<std::int64_t>(size));
        plan.ended(size, nanoseconds(10));
    }
    CHECK(plan.next() <= 4);
}

TEST_CASE("more chunks are under way when each is short") {
    chunk_planner quick(1, 2, std::nullopt), slow(1, 2, std::nullopt);
    for (int i = 0; i < 10; ++i) {
        quick.ended(1, nanoseconds(100));
        slow.ended(1, std::chrono::milliseconds(100));
    }
    CHECK(slow.window() == 4);
    CHECK(quick.window() > 100);
}

TEST_CASE("while chunks grow, few are under way, so that they do grow") {
    for (const bool batches : {false, true}) {
        chunk_planner plan(batches ? 1 : 0, 2, std::nullopt, batches);
        plan.ended(1, nanoseconds(300));
        std::size_t size = 1;
        for (auto next = plan.next(); next > size; next = plan.next()) {
            CAPTURE(next);
            if (next == (batches ? 4 : 16) * size) CHECK(plan.window() <= 8);
            size = next;
            plan.started(size, nanoseconds(100));
            plan.ended(size, nanoseconds(300) * static_cast<std::int64_t>(size));
        }
        CHECK(size > 100);
        if (batches) CHECK(plan.window() > 8);
    }
}

TEST_CASE("short chunks of a given size travel together, as many as are worth a record") {
    chunk_planner plan(5, 2, std::nullopt, true);
    CHECK(plan.grain() == 5);
    CHECK(plan.next() == 5);
    std::size_t before = 5;
    for (int i = 0; i < 10; ++i) {
        const auto size = plan.next();
        CHECK(size % 5 == 0);
        CHECK(size <= 4 * before);
        before = size;
        plan.started(size, nanoseconds(100));
        plan.ended(size, nanoseconds(100) * static_cast<std::int64_t>(size));
    }
    CHECK(plan.next() > 200);
    CHECK(plan.next() <= 256);
    CHECK(plan.window() * plan.next() <= 2 * 2048);
}

TEST_CASE("long chunks of a given size travel alone") {
    chunk_planner plan(1, 2, std::nullopt, true);
    for (int i = 0; i < 10; ++i) plan.ended(1, std::chrono::milliseconds(1));
    CHECK(plan.next() == 1);
    CHECK(chunk_planner(1000, 2, std::nullopt, true).grain() == 0);
    CHECK(chunk_planner(0, 2, std::nullopt, true).grain() == 0);
}

TEST_CASE("at the end of a map no worker gets all that is left") {
    chunk_planner plan(1, 4, 1000, true);
    for (std::uint64_t sent = 0; sent < 1000;) {
        const auto size = plan.next();
        CHECK(size <= std::max<std::uint64_t>(1, (1000 - sent) / 8));
        plan.started(size, nanoseconds(10));
        plan.ended(size, nanoseconds(10) * static_cast<std::int64_t>(size));
        sent += size;
    }
}
