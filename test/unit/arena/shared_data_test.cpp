// SPDX-License-Identifier: MIT
// What shared data takes from the session's memory, and gives back.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/session.hpp"

#include <brood/containers.hpp>
#include <brood/loan.hpp>
#include <brood/shared_array.hpp>
#include <brood/shared_value.hpp>

#include <doctest/doctest.h>

#include <cstring>
#include <vector>

using namespace brood::arena;

namespace {

// Blocks that the work leaves behind. The page of references comes before.
template <class Work>
std::int64_t blocks_left(Work work) {
    const auto page = make_object(kind::bytes, 8, [](void*) {});
    const auto before = memory_in_use();
    work();
    const auto after = memory_in_use();
    CHECK(after.bytes >= before.bytes);
    return static_cast<std::int64_t>(after.blocks) - static_cast<std::int64_t>(before.blocks);
}

}  // namespace

TEST_CASE("values, arrays and loans give back their memory with the last handle") {
    CHECK(blocks_left([] {
              const brood::shared_value<int> value(3);
              const auto copy = value;
              const brood::shared_array<double> small(10), large(1'000'000);
              const auto mutex = small.mutex();
              const brood::loan<std::vector<int>> loan(std::vector<int>(100'000));
          }) == 0);
}

TEST_CASE("a container in shared memory gives back what it allocated, with its contents or with itself") {
    CHECK(blocks_left([] {
              const brood::shared_value<brood::map<brood::string, brood::vector<int>>> shared;
              const auto empty = memory_in_use();
              for (int i = 0; i < 100; ++i)
                  (*shared.lock())[brood::string(100, static_cast<char>(' ' + i))].push_back(i);
              CHECK(memory_in_use().blocks == empty.blocks + 300);
              shared.with([](auto& map) { map.erase(map.begin()); });
          }) == 0);
}

TEST_CASE("an array's mutex lives as long as either") {
    CHECK(blocks_left([] {
              auto mutex = brood::shared_array<int>(3).mutex();
              mutex.lock();
              mutex.unlock();
          }) == 0);
}

TEST_CASE("what was lost by a death between allocation and use returns with the container") {
    CHECK(blocks_left([] {
              const brood::shared_value<brood::vector<int>> shared;
              auto memory = shared.lock()->get_stored_allocator();
              static_cast<void>(memory.allocate(1000));
              shared.lock()->push_back(1);
          }) == 0);
}

TEST_CASE("memory that a container frees twice is freed once") {
    CHECK(blocks_left([] {
              const brood::shared_value<brood::vector<int>> shared;
              auto memory = shared.lock()->get_stored_allocator();
              const auto place = memory.allocate(10);
              memory.deallocate(place, 10);
              memory.deallocate(place, 10);
              shared.lock()->push_back(1);
              CHECK(shared.lock()->front() == 1);
          }) == 0);
}

TEST_CASE("a value whose constructor throws leaves nothing") {
    struct thrower {
        explicit thrower(int) { throw 5; }
        int unused = 0;
    };
    CHECK(blocks_left([] { CHECK_THROWS_AS(brood::shared_value<thrower>(std::in_place, 1), int); }) == 0);
}

TEST_CASE("a block that was used before is zero again when that is asked for") {
    for (const std::uint64_t size : {std::uint64_t{100}, std::uint64_t{1'000'000}})
        for (int round = 0; round < 3; ++round) {
            const auto block = make_zero_object(kind::bytes, size);
            const auto* bytes = static_cast<const unsigned char*>(block->bytes());
            for (std::uint64_t i = 0; i < size; ++i) REQUIRE(bytes[i] == 0);
            std::memset(block->bytes(), 0xAA, size);
        }
}
