// SPDX-License-Identifier: MIT
// Looking at sessions' memory that holds anything.
#include <brood/native/activity.hpp>

#include "arena/layout.hpp"
#include "pool/pool_memory.hpp"

#include "platform/session_memory.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <random>
#include <unistd.h>

namespace {

using namespace brood::arena;
namespace native = brood::native;
namespace platform = brood::platform;

constexpr std::uint64_t size = std::uint64_t{16} << 20;

// A session that no library of brood's made.
class made_up {
public:
    made_up()
        : memory_(platform::make_session_memory(size)), base_(platform::map_session_memory(memory_.get(), size)) {}
    ~made_up() { platform::unmap_session_memory(base_, size); }
    made_up(const made_up&) = delete;
    made_up& operator=(const made_up&) = delete;

    void fill(std::uint32_t seed) {
        std::mt19937 random(seed);
        std::generate_n(reinterpret_cast<std::uint32_t*>(base_), size / 4, random);
    }
    // So that this process seems to have a pool in it.
    void make_believable(std::uint64_t id, std::uint64_t place) {
        auto& head = *reinterpret_cast<header*>(base_);
        head.magic = session_magic;
        head.size = size;
        head.session = id;
        head.records_used = 1;
        auto& record = head.processes[1];
        record.who = std::uint64_t{static_cast<std::uint32_t>(process_state::living)} << 32 | 8193;
        record.pid = ::getpid();
        record.seen = ~std::uint64_t{0};
        head.publications[0].owner = 8193;
        head.publications[0].place = place;
    }
    brood::pools::pool_memory& pool_at(std::uint64_t place) {
        return *reinterpret_cast<brood::pools::pool_memory*>(base_ + place);
    }
    std::byte* base() { return base_; }

private:
    platform::unique_handle memory_;
    std::byte* base_;
};

const native::session_activity* find(const std::vector<native::session_activity>& all, std::uint64_t id) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
    return found == all.end() ? nullptr : &*found;
}

}  // namespace

TEST_CASE("memory that holds anything is looked at without harm") {
    made_up session;
    constexpr std::uint64_t place = 8 << 20, id = 4711;
    for (std::uint32_t seed = 1; seed <= 20; ++seed) {
        session.fill(seed);
        session.make_believable(id, place);
        auto& pool = session.pool_at(place);
        pool.face.magic = brood::pools::face_magic;
        pool.face.pid = ::getpid();
        for (std::uint32_t i = 0; i < 50; ++i) {  // workers that seem to run tasks
            auto& line = pool.workers[i];
            line.phase = brood::pools::worker_phase::busy;
            line.pid = ::getpid();
            line.slot = i + 1;
            pool.slots[i].claim = brood::pools::make_claim(1, i, brood::pools::claim_state::running);
            pool.slots[i].callee = i + 1;
        }
        const auto all = native::look_at_sessions();
        const auto* seen = find(all, id);
        REQUIRE(seen != nullptr);
        REQUIRE(seen->pools.size() == 1);
        CHECK(seen->pools[0].name.size() <= pool.face.name.size());
        CHECK(seen->pools[0].workers.size() >= 50);
    }
}

TEST_CASE("a pool is looked for only within the memory") {
    made_up session;
    for (const std::uint64_t place : {size - 8, size, size + 4096, ~std::uint64_t{0}, ~std::uint64_t{0} - 64}) {
        session.make_believable(4712, place);
        const auto all = native::look_at_sessions();
        const auto* seen = find(all, 4712);
        REQUIRE(seen != nullptr);
        CHECK(seen->pools.empty());
        CHECK(seen->processes.size() == 1);
        CHECK(seen->processes[0].pid == ::getpid());
    }
}

TEST_CASE("a session of another version is told as such") {
    made_up session;
    session.make_believable(4713, 0);
    reinterpret_cast<header*>(session.base())->magic = session_magic + 1;
    const auto all = native::look_at_sessions();
    CHECK(find(all, 4713) == nullptr);
    CHECK(std::any_of(all.begin(), all.end(), [](const auto& one) { return !one.readable; }));
}
