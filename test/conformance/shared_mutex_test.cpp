// SPDX-License-Identifier: MIT
#include "mailbox.hpp"
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <doctest/doctest.h>

#include <mutex>
#include <shared_mutex>

using namespace brood_test;
using namespace std::chrono_literals;

namespace {

bool can_read(const brood::shared_mutex& m) {
    return brood::async([](brood::shared_mutex theirs) { return std::shared_lock(theirs, 1ms).owns_lock(); }, m).get();
}
bool can_write(const brood::shared_mutex& m) {
    return brood::async([](brood::shared_mutex theirs) { return std::unique_lock(theirs, 1ms).owns_lock(); }, m).get();
}

}  // namespace

TEST_CASE("readers share a mutex, a writer has it alone") {
    brood::shared_mutex m;
    {
        const std::shared_lock lock(m);
        CHECK(can_read(m));
        CHECK_FALSE(can_write(m));
        CHECK_FALSE(m.try_lock());
        CHECK(m.try_lock_shared());
        m.unlock_shared();
        CHECK_FALSE(can_write(m));
    }
    {
        const std::scoped_lock lock(m);
        CHECK_FALSE(can_read(m));
        CHECK_FALSE(can_write(m));
        CHECK_FALSE(m.try_lock_shared());
    }
    CHECK(can_read(m));
    CHECK(can_write(m));
    CHECK_THROWS_AS(m.unlock(), std::logic_error);
    CHECK_THROWS_AS(m.unlock_shared(), std::logic_error);
}

TEST_CASE("a writer that waits keeps new readers out while others read") {
    brood::shared_mutex m;
    m.lock_shared();
    auto writer = brood::spawn([](brood::shared_mutex theirs) { const std::scoped_lock lock(theirs); }, m);
    CHECK(comes_true([&] {
        if (!m.try_lock_shared()) return true;
        m.unlock_shared();
        return false;
    }));
    m.unlock_shared();
    writer.join();
    CHECK(writer.exit_code() == 0);
    CHECK(m.try_lock_shared_for(60s));
    m.unlock_shared();
}

TEST_CASE("whoever locks a shared mutex after its writer died is told so, and recover() takes it") {
    brood::shared_mutex m;
    auto child = brood::spawn(
        [](brood::shared_mutex theirs) {
            theirs.lock();
            std::_Exit(3);
        },
        m);
    child.join();
    CHECK_THROWS_AS(m.lock(), brood::owner_died);
    CHECK_THROWS_AS(m.try_lock(), brood::owner_died);
    CHECK_THROWS_AS(m.lock_shared(), brood::owner_died);
    CHECK_THROWS_AS(m.try_lock_shared_for(1s), brood::owner_died);
    CHECK(m.recover());
    CHECK_FALSE(can_read(m));
    m.unlock();
    CHECK_FALSE(m.recover());
    m.unlock();
    CHECK(can_write(m));
}

TEST_CASE("a reader that dies gives back its share, and no more") {
    brood::shared_mutex m;
    m.lock_shared();
    auto child = brood::spawn(
        [](brood::shared_mutex theirs) {
            theirs.lock_shared();
            theirs.lock_shared();
            std::_Exit(3);
        },
        m);
    child.join();
    CHECK_FALSE(can_write(m));
    m.unlock_shared();
    CHECK(can_write(m));
}
