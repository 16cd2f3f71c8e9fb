// SPDX-License-Identifier: MIT
// Processes that are killed while they change shared data: the others are told, and all memory returns. What is free is
// counted by filling a small session with arrays.
#include "mailbox.hpp"
#include "scenario.hpp"
#include "session_room.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/containers.hpp>

#include <doctest/doctest.h>
#include <new>
#include <random>
#include <vector>

using namespace brood_test;

namespace {

using names = brood::map<int, brood::string>;

// Grows and shrinks what it was given until it is killed.
void change(brood::shared_value<brood::vector<int>> numbers, brood::shared_value<names> texts, const mailbox& to) {
    to.send();
    for (int i = 0;; ++i) {
        numbers.with([&](auto& all) {
            all.push_back(i);
            if (all.size() < 30'000) return;
            all.clear();
            all.shrink_to_fit();
        });
        texts.with([&](auto& all) {
            all[i % 500] = brood::string("a text that is too long to lie within the object");
            if (i % 3 == 0) all.erase(i % 499);
        });
    }
}

// A value that is whole is used; one whose owner died is made anew.
template <class T>
void use_or_renew(const brood::shared_value<T>& value) {
    try {
        const auto guard = value.lock();
        std::size_t count = 0;
        for (const auto& one : *guard) count += sizeof one > 0 ? 1 : 0;
        expect(count == guard->size(), "a container that is whole");
    } catch (const brood::owner_died&) {
        expect(value.recover_anew()->empty(), "a container made anew");
    }
    value.lock()->clear();
}

void kill_one_in_a_change(std::mt19937& random, bool keep) {
    const brood::shared_value<brood::vector<int>> numbers;
    const brood::shared_value<names> texts;
    const auto box = mailbox::make();
    auto child = brood::spawn(change, numbers, texts, box);
    box.wait();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));  // any instruction will do
    child.kill();
    child.join();
    if (!keep) return;
    use_or_renew(numbers);
    use_or_renew(texts);
}

const scenario kills_changers("kills-changers-of-shared-data", [](const arguments&) {
    std::mt19937 random(5);
    for (int i = 0; i < 3; ++i) kill_one_in_a_change(random, true);
    const std::size_t before = room_in_session();
    for (int i = 0; i < 12; ++i) kill_one_in_a_change(random, i % 2 == 0);
    // Spans for small blocks may lie in other places than before.
    return room_in_session() + 3 >= before && before > 10 ? 0 : 1;
});

const scenario kills_keepers("kills-keepers-of-shared-data", [](const arguments&) {
    const auto once = [] {
        const auto box = mailbox::make();
        auto child = brood::spawn(
            [](const mailbox& to) {
                const brood::shared_array<char> array(std::size_t{1} << 20);
                auto mutex = array.mutex();
                mutex.lock();
                const brood::loan<std::vector<int>> loan(std::vector<int>(100'000));
                const brood::shared_value<brood::vector<int>> value(brood::vector<int>(100'000, 1));
                to.send();
                idle();
            },
            box);
        box.wait();
        child.kill();
        child.join();
    };
    once();
    const std::size_t before = room_in_session();
    for (int i = 0; i < 6; ++i) once();
    return room_in_session() + 2 >= before && before > 10 ? 0 : 1;
});

}  // namespace

TEST_CASE("a process that is killed while it changes containers leaves them whole or reported, and no memory is lost") {
    auto run = start_scenario("kills-changers-of-shared-data", {}, small_session());
    CHECK(run.wait().success());
}

TEST_CASE("the memory of arrays, loans and values returns when their only holder is killed") {
    auto run = start_scenario("kills-keepers-of-shared-data", {}, small_session());
    CHECK(run.wait().success());
}
