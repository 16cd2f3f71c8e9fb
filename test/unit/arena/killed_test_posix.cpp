// SPDX-License-Identifier: MIT
// A process is killed after any number of instructions within the bookkeeping of shared memory. What it had is given
// back, and the others go on. The process is driven instruction by instruction (ptrace), so no window is missed by
// chance.
#include "arena/blocks.hpp"
#include "arena/references.hpp"
#include "arena/robust_lock.hpp"
#include "arena/session.hpp"
#include "stepping_posix.hpp"

#include <doctest/doctest.h>

#include <cstring>

using namespace brood::arena;
using namespace brood_test;

namespace {

// What must hold after any death: nothing of the dead one is left, and memory can be taken and given back.
class unharmed {
public:
    unharmed() {
        static_cast<void>(make_object(kind::bytes, 100, [](void*) {}));
        before_ = memory_in_use();
    }
    void operator()() const {
        CHECK(memory_in_use().blocks == before_.blocks);
        CHECK(memory_in_use().bytes == before_.bytes);
        CHECK(head().lock.load() == 0);
        const auto mine = make_object(kind::bytes, 100, [](void* bytes) { std::memset(bytes, 1, 100); });
        CHECK(head_of(mine->block()).references == 1);
    }

private:
    usage before_{};
};

}  // namespace

TEST_CASE("a process that is killed while it makes and frees an object leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    kill_everywhere(
        41, [] { static_cast<void>(make_object(kind::bytes, 300, [](void* bytes) { std::memset(bytes, 1, 300); })); },
        check);
}

TEST_CASE("a process that is killed while it makes a large object leaves nothing" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    kill_everywhere(
        89, [] { static_cast<void>(make_object(kind::bytes, 700'000, [](void*) {})); }, check);
}

TEST_CASE("a process that is killed while it takes a reference does not keep the object alive" *
          doctest::skip(too_many_instructions)) {
    const unharmed check;
    auto object = make_object(kind::bytes, 200, [](void*) {});
    kill_everywhere(
        17, [&] { static_cast<void>(hold_object(object->block(), kind::bytes)); },
        [&] { CHECK(head_of(object->block()).references == 1); });
    object.reset();
    check();
}

TEST_CASE("a lock whose owner is killed at any instruction can be taken" * doctest::skip(too_many_instructions)) {
    const auto object = make_object(kind::bytes, 64, [](void* bytes) { std::memset(bytes, 0, 64); });
    auto& word = *static_cast<lock_word*>(object->bytes());
    long steps = 0;
    while (!killed_after(steps++, [&] {
        acquire(word);
        release(word);
    })) {
        acquire(word);
        release(word);
        REQUIRE(word.load() == 0);
    }
    CHECK(steps > 5);
}
