// SPDX-License-Identifier: MIT
// A worker is killed after any number of instructions within a call that came to it directly: the call is queued, or
// ran in it, or its report is there, whole.
#include "pool/pool_memory.hpp"
#include "stepping_posix.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <new>
#include <span>
#include <sys/mman.h>

using brood::pools::handoff;
using brood::pools::task_slot;
using namespace brood_test;

namespace {

struct shared_pair {
    handoff place;
    task_slot slot;
};

class shared_memory_of_pair {
public:
    shared_memory_of_pair()
        : at_(::mmap(nullptr, sizeof(shared_pair), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) {
        REQUIRE(at_ != MAP_FAILED);
        new (at_) shared_pair{};
    }
    shared_memory_of_pair(const shared_memory_of_pair&) = delete;
    shared_memory_of_pair& operator=(const shared_memory_of_pair&) = delete;
    ~shared_memory_of_pair() { ::munmap(at_, sizeof(shared_pair)); }
    shared_pair& get() const { return *static_cast<shared_pair*>(at_); }

private:
    void* const at_;
};

constexpr std::uint32_t worker = 3;
using numbers = std::array<std::uint64_t, 5>;

}  // namespace

TEST_CASE("a worker that is killed within a direct call leaves it queued, or its own, or answered" *
          doctest::skip(too_many_instructions)) {
    const shared_memory_of_pair memory;
    auto& [place, slot] = memory.get();
    std::uint64_t generation = 0;
    long queued = 0, lost = 0, answered = 0;
    const auto offer = [&] {
        const numbers record{++generation, 1, 2, 3, 4};
        place.offer(generation, std::as_bytes(std::span(record)));
    };
    const auto serve = [&] {
        numbers copy{};
        if (!place.read_record(generation, [&](auto all) { std::memcpy(copy.data(), all.data(), sizeof copy); }))
            return;
        if (!slot.make_running(generation, worker)) return;
        for (auto& each : copy) each *= 3;
        place.answer(generation, std::as_bytes(std::span(copy)));
    };
    const auto look = [&] {
        if (place.close(generation)) {
            CHECK_FALSE(place.is_answered(generation));
            if (slot.is_queued(generation)) {
                CHECK(place.news_after(0) == generation);
                ++queued;
            } else {
                CHECK(slot.runner_of(generation) == worker);
                ++lost;
            }
        } else {
            REQUIRE(place.is_answered(generation));
            CHECK(slot.runner_of(generation) == worker);
            numbers report{};
            place.read_report([&](auto all) { std::memcpy(report.data(), all.data(), sizeof report); });
            CHECK(report == numbers{3 * generation, 3, 6, 9, 12});
            ++answered;
        }
        offer();
    };
    offer();
    kill_everywhere(1, serve, look);
    CHECK(queued > 0);
    CHECK(lost > 0);
    look();
    CHECK(answered > 0);
}
