// SPDX-License-Identifier: MIT
// Calls that go to a worker and back without a queue.
#include "pool/pool_memory.hpp"

#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <thread>
#include <vector>

using brood::pools::handoff;
using brood::pools::task_slot;

namespace {

using bytes = std::vector<std::byte>;

bytes some(std::size_t size, std::uint64_t seed) {
    bytes made(size);
    for (std::size_t i = 0; i < size; ++i) made[i] = static_cast<std::byte>(seed * 31 + i);
    return made;
}
bytes record_of(const handoff& place, std::uint64_t generation) {
    bytes found;
    CHECK(place.read_record(generation, [&](auto all) { found.assign(all.begin(), all.end()); }));
    return found;
}
bytes report_of(const handoff& place) {
    bytes found;
    place.read_report([&](auto all) { found.assign(all.begin(), all.end()); });
    return found;
}

}  // namespace

TEST_CASE("a call that was offered is news until it was seen, and is answered once") {
    const auto place = std::make_unique<handoff>();
    CHECK(place->news_after(0) == 0);
    for (std::uint64_t generation : {1, 2, 700}) {
        const auto record = some(17, generation), report = some(33, generation + 1);
        place->offer(generation, record);
        CHECK(place->news_after(0) == generation);
        CHECK(place->news_after(generation - 1) == generation);
        CHECK(place->news_after(generation) == 0);
        CHECK(record_of(*place, generation) == record);
        CHECK_FALSE(place->is_answered(generation));
        CHECK_FALSE(place->answer(generation - 1, report));
        CHECK(place->answer(generation, report));
        CHECK(place->is_answered(generation));
        CHECK_FALSE(place->is_answered(generation - 1));
        CHECK(place->news_after(0) == 0);
        CHECK(report_of(*place) == report);
        CHECK_FALSE(place->answer(generation, report));
        CHECK_FALSE(place->close(generation));
    }
}

TEST_CASE("who stopped looking gets no answer, and who was late still finds the call") {
    const auto place = std::make_unique<handoff>();
    place->offer(5, some(8, 5));
    CHECK(place->close(5));
    CHECK(place->close(5));
    CHECK(place->news_after(0) == 5);
    CHECK(record_of(*place, 5) == some(8, 5));
    CHECK_FALSE(place->answer(5, some(8, 6)));
    CHECK_FALSE(place->is_answered(5));
    place->offer(6, some(8, 6));
    CHECK_FALSE(place->close(5));
    CHECK(place->news_after(5) == 6);
    CHECK_FALSE(place->read_record(5, [](auto) { FAIL("the call before"); }));
}

TEST_CASE("records and reports of every size come as they went") {
    const auto place = std::make_unique<handoff>();
    std::uint64_t generation = 0;
    for (std::size_t size = 0; size <= handoff::most_size; ++size) {
        const auto record = some(size, size), report = some(handoff::most_size - size, size + 7);
        place->offer(++generation, record);
        REQUIRE(place->answer(generation, report));
        CHECK(record_of(*place, generation) == record);
        CHECK(report_of(*place) == report);
    }
    place->offer(++generation, {});
    CHECK_FALSE(place->answer(generation, some(handoff::most_size + 1, 1)));
    CHECK(place->answer(generation, some(handoff::most_size, 1)));
}

namespace {

struct pair_in_memory {
    handoff place;
    task_slot slot;
};
struct call_record {
    std::uint64_t generation, value, copies;
};

// What a worker does, of which there are several; counts what it ran.
void work_at(pair_in_memory& shared, std::uint32_t self, const std::atomic<bool>& over, std::atomic<std::uint64_t>& ran,
             std::atomic<std::uint64_t>& told) {
    for (std::uint64_t seen = 0; !over;) {
        const auto news = shared.place.news_after(seen);
        if (news == 0) {
            std::this_thread::yield();
            continue;
        }
        call_record call{};
        if (!shared.place.read_record(news, [&](auto all) {
                REQUIRE(all.size() == sizeof call);
                std::memcpy(&call, all.data(), sizeof call);
            }))
            continue;
        seen = news;
        REQUIRE(call.generation == news);
        REQUIRE(call.copies == call.value);
        if (!shared.slot.make_running(news, self)) continue;
        ++ran;
        const std::array<std::uint64_t, 2> answer{news, 2 * call.value};
        if (!shared.place.answer(news, std::as_bytes(std::span(answer)))) told = news;
    }
}

}  // namespace

TEST_CASE("each of many calls is run once, by one of several workers, whether somebody looks for its answer or not") {
    constexpr std::uint64_t calls = 3000;
    const auto shared = std::make_unique<pair_in_memory>();
    std::atomic<bool> over{false};
    std::atomic<std::uint64_t> ran{0}, told{0};  // the last that was told of otherwise
    std::vector<std::thread> workers;
    for (std::uint32_t self = 0; self < 3; ++self)
        workers.emplace_back([&, self] { work_at(*shared, self, over, ran, told); });
    for (std::uint64_t generation = 1; generation <= calls; ++generation) {
        const call_record call{generation, generation * 3, generation * 3};
        shared->place.offer(generation, std::as_bytes(std::span(&call, 1)));
        const bool impatient = generation % 3 == 0;
        if (impatient && shared->place.close(generation)) {
            while (told != generation) std::this_thread::yield();
            continue;
        }
        while (!shared->place.is_answered(generation)) std::this_thread::yield();
        std::array<std::uint64_t, 2> answer{};
        shared->place.read_report([&](auto all) { std::memcpy(answer.data(), all.data(), sizeof answer); });
        CHECK(answer[0] == generation);
        CHECK(answer[1] == 2 * call.value);
    }
    over = true;
    for (auto& each : workers) each.join();
    CHECK(ran == calls);
}
