// SPDX-License-Identifier: MIT
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <mutex>
#include <numeric>
#include <optional>
#include <span>
#include <sstream>
#include <vector>

using namespace brood_test;

TEST_CASE("an array that is made from a number is zero, also in memory that was used before") {
    for (const std::size_t size : {std::size_t{0}, std::size_t{7}, std::size_t{1000}, std::size_t{300'000}}) {
        for (int round = 0; round < 2; ++round) {
            const brood::shared_array<int> array(size);
            CHECK(array.size() == size);
            CHECK(std::count(array.begin(), array.end(), 0) == static_cast<std::ptrdiff_t>(size));
            std::fill(array.begin(), array.end(), -1);
        }
    }
}

TEST_CASE("an array is made from lists and ranges of all sorts") {
    const brood::shared_array<int> list{1, 2, 3};
    CHECK(list.size() == 3);
    CHECK(list.front() == 1);
    CHECK(list.back() == 3);
    const std::vector<float> floats{1.5f, 2.5f};
    const brood::shared_array<double> converted(floats);
    CHECK(converted[1] == 2.5);
    const brood::shared_array linked(std::list<int>{4, 5});
    CHECK(linked[1] == 5);
    std::istringstream text("6 7 8");
    const brood::shared_array<int> read{std::ranges::istream_view<int>(text)};
    CHECK(read.size() == 3);
    CHECK(read[2] == 8);
    const std::span<int> view = read;
    CHECK(view.data() == read.data());
    CHECK(read.span().size() == 3);
    CHECK_FALSE(read.empty());
}

TEST_CASE("an array that a child fills is filled here") {
    const brood::shared_array<double> array(1000);
    brood::async([](brood::shared_array<double> theirs) { std::iota(theirs.begin(), theirs.end(), 1.0); }, array).get();
    CHECK(array[999] == 1000);
}

TEST_CASE("an array that a child made and returned lives on") {
    const auto array = brood::async([] { return brood::shared_array<int>{1, 2, 3}; }).get();
    CHECK(array[2] == 3);
    brood::async([](brood::shared_array<int> theirs) { theirs[2] = 4; }, array).get();
    CHECK(array[2] == 4);
}

TEST_CASE("an array of a gibibyte crosses without being copied") {
    const std::size_t count = (std::size_t{1} << 30) / sizeof(std::uint64_t);
    std::optional<brood::shared_array<std::uint64_t>> array;
    try {
        array.emplace(count);
    } catch (const std::bad_alloc&) {
        MESSAGE("this machine has no room for it");
        return;
    }
    (*array)[count / 2] = 5;
    auto sum = brood::async(
        [](brood::shared_array<std::uint64_t> theirs) {
            theirs.back() = 7;
            return theirs[0] + theirs[theirs.size() / 2];
        },
        *array);
    CHECK(sum.get() == 5);
    CHECK(array->back() == 7);
}

TEST_CASE("more elements than there is memory for are refused") {
    CHECK_THROWS_AS(brood::shared_array<double>(~std::size_t{0}), std::bad_array_new_length);
    CHECK_THROWS_AS(brood::shared_array<char>(std::size_t{1} << 50), std::bad_alloc);
}

TEST_CASE("the mutex of an array is the same one for all its handles") {
    const brood::shared_array<long> array(1);
    auto mutex = array.mutex();
    CHECK(mutex == brood::shared_array<long>(array).mutex());
    {
        const std::scoped_lock lock(mutex);
        CHECK_FALSE(
            brood::async([](brood::shared_array<long> theirs) { return theirs.mutex().try_lock(); }, array).get());
    }
    std::vector<brood::process> children;
    for (int i = 0; i < 3; ++i)
        children.push_back(brood::spawn(
            [](brood::shared_array<long> theirs) {
                for (int n = 0; n < 1000; ++n) {
                    auto mine = theirs.mutex();
                    const std::scoped_lock lock(mine);
                    ++theirs[0];
                }
            },
            array));
    for (auto& child : children) child.join();
    CHECK(array[0] == 3000);
}

TEST_CASE("an array of atomics needs no lock") {
    const brood::shared_array<std::atomic<long>> array(2);
    std::vector<brood::process> children;
    for (int i = 0; i < 2; ++i)
        children.push_back(brood::spawn(
            [](brood::shared_array<std::atomic<long>> theirs) {
                for (int n = 0; n < 1000; ++n) ++theirs[1];
            },
            array));
    for (auto& child : children) child.join();
    CHECK(array[1].load() == 2000);
}
