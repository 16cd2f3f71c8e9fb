// SPDX-License-Identifier: MIT
// A thread_pool in a forked child, which has none of its threads.
#include "waiting.hpp"

#include <brood/brood.hpp>

#include <stdexcept>

#include <doctest/doctest.h>

using namespace brood_test;

namespace {

template <class F>
bool throws_logic_error(F action) {
    try {
        action();
    } catch (const std::logic_error&) {
        return true;
    }
    return false;
}

}  // namespace

TEST_CASE("a thread_pool refuses to work in a forked child, and its end there does nothing") {
    brood::thread_pool pool(2);
    pool.apply([] {});
    brood::fork_process child({.allow_threads = true}, [&] {
        expect(throws_logic_error([&] { static_cast<void>(pool.submit([] {})); }), "submit throws");
        expect(throws_logic_error([&] { pool.map([](int x) { return x; }, std::vector{1}); }), "map throws");
        pool.close();
        pool.join();
    });
    child.start();
    child.join();
    CHECK(child.exit_code() == 0);
    CHECK(pool.apply([] { return 1; }) == 1);
}

TEST_CASE("a forked child can make a pool of its own") {
    brood::thread_pool pool(1);
    brood::fork_process child({.allow_threads = true}, [] {
        brood::thread_pool own(2);
        expect(own.apply([] { return 3; }) == 3, "its own pool works");
    });
    child.start();
    child.join();
    CHECK(child.exit_code() == 0);
}
