// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>
#include <brood/containers.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>
#include <vector>

using namespace brood_test;

namespace {

using shared_numbers = brood::vector<int>;
using names = brood::map<brood::string, brood::vector<brood::string>>;

struct account {
    using allocator_type = brood::allocator<char>;
    explicit account(const allocator_type& memory = {}) : owner(memory), entries(memory) {}
    brood::string owner;
    brood::vector<double> entries;
};

void append(brood::shared_value<shared_numbers> shared, int from, int count) {
    for (int i = 0; i < count; ++i) shared.lock()->push_back(from + i);
}

}  // namespace

TEST_CASE("a vector that a child fills is filled here, wherever the memory lies") {
    const brood::shared_value<shared_numbers> shared;
    brood::async(append, shared, 0, 1000).get();
    shared.lock()->push_back(1000);
    CHECK(shared.with([](shared_numbers& all) { return std::accumulate(all.begin(), all.end(), 0); }) ==
          1000 * 1001 / 2);
    CHECK(
        brood::async([](brood::shared_value<shared_numbers> theirs) { return theirs.lock()->size(); }, shared).get() ==
        1001);
}

TEST_CASE("processes that append to one vector lose nothing") {
    const brood::shared_value<shared_numbers> shared;
    std::vector<brood::process> children;
    for (int i = 0; i < 3; ++i) children.push_back(brood::spawn(append, shared, 1000 * i, 200));
    append(shared, 5000, 200);
    for (auto& child : children) child.join();
    auto all = shared.load();
    CHECK(all.size() == 800);
    std::sort(all.begin(), all.end());
    CHECK(std::unique(all.begin(), all.end()) == all.end());
}

TEST_CASE("containers within containers use the shared memory, too") {
    const brood::shared_value<names> shared;
    brood::async(
        [](brood::shared_value<names> theirs) {
            const auto guard = theirs.lock();
            (*guard)["a name that is too long for the string itself"].emplace_back("another one that is as long");
            (*guard)["b"].push_back(brood::string("made in the memory of this process, and copied"));
        },
        shared)
        .get();
    const auto guard = shared.lock();
    CHECK(guard->size() == 2);
    CHECK(guard->at("a name that is too long for the string itself")[0] == "another one that is as long");
    CHECK(guard->at("b")[0] == "made in the memory of this process, and copied");
    guard->erase("b");
    CHECK(guard->size() == 1);
}

TEST_CASE("a text, a deque and a set in shared memory") {
    const brood::shared_value<brood::string> text("begun ");
    const brood::shared_value<brood::deque<int>> deque;
    const brood::shared_value<brood::set<int>> set;
    brood::async(
        [](brood::shared_value<brood::string> t, brood::shared_value<brood::deque<int>> d,
           brood::shared_value<brood::set<int>> s) {
            *t.lock() += "and continued by another process";
            for (int i = 0; i < 500; ++i) {
                d.lock()->push_front(i);
                s.lock()->insert(i % 7);
            }
        },
        text, deque, set)
        .get();
    CHECK(text.load() == "begun and continued by another process");
    CHECK(deque.lock()->front() == 499);
    CHECK(set.lock()->size() == 7);
}

TEST_CASE("a class made for the allocator lies in shared memory with its containers") {
    const brood::shared_value<account> shared;
    brood::async(
        [](brood::shared_value<account> theirs) {
            const auto guard = theirs.lock();
            guard->owner = "somebody with a rather long name";
            guard->entries.push_back(2.5);
        },
        shared)
        .get();
    CHECK(shared.lock()->owner == "somebody with a rather long name");
    CHECK(shared.lock()->entries.at(0) == 2.5);
}

TEST_CASE("a copy of a shared container is a container of this process") {
    shared_numbers copy;
    {
        const brood::shared_value<shared_numbers> shared(shared_numbers{1, 2, 3});
        copy = shared.load();
        shared.store(shared_numbers{4});
        CHECK(shared.load().front() == 4);
    }
    copy.push_back(4);
    CHECK(copy.size() == 4);
}

TEST_CASE("a container that a child made and returned lives on") {
    const auto shared = brood::async([] { return brood::shared_value<shared_numbers>(shared_numbers{1, 2, 3}); }).get();
    CHECK(shared.load().back() == 3);
}

TEST_CASE("a container whose changer died is reported, and made anew") {
    const brood::shared_value<shared_numbers> shared;
    auto child = brood::spawn(
        [](brood::shared_value<shared_numbers> theirs) {
            const auto guard = theirs.lock();
            for (int i = 0; i < 100; ++i) guard->push_back(i);
            std::_Exit(3);
        },
        shared);
    child.join();
    CHECK_THROWS_AS(shared.load(), brood::owner_died);
    {
        const auto guard = shared.recover_anew();
        CHECK(guard.recovered());
        CHECK(guard->empty());
        guard->push_back(7);
    }
    CHECK(shared.load().front() == 7);
}
