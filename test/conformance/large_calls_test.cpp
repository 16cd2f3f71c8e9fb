// SPDX-License-Identifier: MIT
// Calls with large arguments and results, which are read while they are written.
#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <future>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

using large_numbers = std::vector<std::uint32_t>;

large_numbers count_large(std::size_t count) {
    large_numbers all(count);
    std::iota(all.begin(), all.end(), 1U);
    return all;
}

template <class T>
T same_large(T value) {
    return value;
}
std::uint64_t sum_of_large(const large_numbers& all) {
    return std::accumulate(all.begin(), all.end(), std::uint64_t{0});
}

template <class T>
void check_same_large(brood::pool& pool, const T& value) {
    CHECK((pool.apply(same_large<T>, value) == value));
}

struct large_point {
    double x, y, z;
    bool operator==(const large_point&) const = default;
};

struct large_record {
    std::string name;
    std::vector<large_point> points;
    std::map<std::string, large_numbers> tables;
    std::shared_ptr<large_numbers> shared, again;
};

}  // namespace

TEST_CASE("large arguments and results of calls, of any size and shape") {
    brood::pool pool({.workers = 2});
    for (const std::size_t bytes : {1'000, 65'536, 1'000'000, 1'048'576, 1'048'580, 5'000'000, 40'000'000})
        check_same_large(pool, count_large(bytes / 4));
    check_same_large(pool, std::vector<large_point>(100'001, large_point{1, 2, 3}));
    check_same_large(pool, std::string(2'000'003, 'x'));
    check_same_large(pool, std::vector<large_numbers>{count_large(200'000), {}, count_large(3), count_large(300'001)});
    check_same_large(pool, std::pair(std::string("first"), std::map<int, large_numbers>{{4, count_large(400'000)}}));
    CHECK(pool.apply(sum_of_large, count_large(1'000'000)) == 500'000'500'000U);
    CHECK(pool.apply(count_large, 1'000'000U) == count_large(1'000'000));
    std::vector<brood::future<large_numbers>> all;
    for (std::size_t i = 0; i < 5; ++i) all.push_back(pool.submit(same_large<large_numbers>, count_large(400'000 + i)));
    for (std::size_t i = 0; i < 5; ++i) CHECK(all[i].get() == count_large(400'000 + i));
}

TEST_CASE("a large result of a class keeps what belongs together") {
    brood::pool pool({.workers = 1});
    const auto made = pool.apply(
        [](std::size_t count) {
            large_record all{"all",
                             std::vector<large_point>(count, large_point{1, 2, 3}),
                             {{"a", count_large(count)}},
                             nullptr,
                             nullptr};
            all.shared = all.again = std::make_shared<large_numbers>(count_large(2 * count));
            return all;
        },
        200'000U);
    CHECK(made.name == "all");
    CHECK(made.points == std::vector<large_point>(200'000, large_point{1, 2, 3}));
    CHECK(made.tables.at("a") == count_large(200'000));
    CHECK(*made.shared == count_large(400'000));
    CHECK(made.shared == made.again);
}

TEST_CASE("large calls of several threads, with options, and beside small ones") {
    brood::pool pool({.workers = 2});
    const auto call_often = [&](std::size_t count) {
        int right = 0;
        for (std::size_t i = 0; i < 10; ++i) {
            const auto value = count_large(count + i);
            if (pool.apply(same_large<large_numbers>, value) == value) ++right;
            if (pool.apply({.timeout = 1min}, same_large<large_numbers>, value) == value) ++right;
            if (pool.apply({.priority = 3}, same_large<large_numbers>, value) == value) ++right;
            if (pool.apply(same_large<std::size_t>, count) == count) ++right;
        }
        return right;
    };
    auto one = std::async(std::launch::async, call_often, 600'000U);
    auto another = std::async(std::launch::async, call_often, 300'000U);
    const auto maps = pool.map(same_large<std::size_t>, std::vector<std::size_t>(1000, 4));
    CHECK(call_often(1'000'000) == 40);
    CHECK(one.get() == 40);
    CHECK(another.get() == 40);
    CHECK(maps == std::vector<std::size_t>(1000, 4));
}

TEST_CASE("large calls within tasks, and while their pool closes") {
    brood::pool pool({.workers = 1});
    CHECK(pool.apply([] {
        const auto value = count_large(700'000);
        return brood::current_pool().apply(same_large<large_numbers>, value) == value;
    }));
    auto last = pool.submit(same_large<large_numbers>, count_large(700'000));
    CHECK(pool.apply(same_large<large_numbers>, count_large(800'000)) == count_large(800'000));
    pool.close();
    CHECK_THROWS_AS(pool.apply(same_large<large_numbers>, count_large(800'000)), std::logic_error);
    pool.join();
    CHECK(last.get() == count_large(700'000));
}

TEST_CASE("a worker that ends after each task gives its large result whole") {
    brood::pool pool({.workers = 2, .max_tasks_per_worker = 1});
    for (std::size_t i = 0; i < 6; ++i) CHECK(pool.apply(count_large, 500'000 + i) == count_large(500'000 + i));
}
